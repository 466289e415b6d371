"""The function's daily job as a Python Lambda with boto3, as people write it today.

Woken by a schedule: takes the day's snapshot, or copies it when it is available, and deletes what is older
than its days on both sides, never the newest. It waits for nothing: the next event goes on, as with ours.
SPDX-License-Identifier: Apache-2.0
"""

import datetime
import os

import boto3

DATABASE = os.environ["DATABASE"]
SOURCE_REGION = os.environ["SOURCE_REGION"]
TARGET_REGION = os.environ["TARGET_REGION"]
KMS_KEY = os.environ["KMS_KEY"]
SNAPSHOT_PREFIX = os.environ["SNAPSHOT_PREFIX"]
COPY_PREFIX = os.environ["COPY_PREFIX"]
KEEP_DAYS = int(os.environ["KEEP_DAYS"])
COPY_KEEP_DAYS = int(os.environ["COPY_KEEP_DAYS"])
TAGS = [{"Key": "made-by", "Value": "handler"}]

# At module level, as AWS advises: made once for all events of an environment.
source = boto3.client("rds", region_name=SOURCE_REGION)
target = boto3.client("rds", region_name=TARGET_REGION)


def ours(client, prefix):
    """Our snapshots by name, oldest first."""
    found = {}
    for page in client.get_paginator("describe_db_snapshots").paginate(SnapshotType="manual"):
        for snapshot in page["DBSnapshots"]:
            if snapshot["DBSnapshotIdentifier"].startswith(prefix):
                found[snapshot["DBSnapshotIdentifier"]] = snapshot
    return dict(sorted(found.items()))


def delete_old(client, snapshots, now, days):
    available = [s for s in snapshots.values() if s["Status"] == "available"]
    for snapshot in available[:-1]:
        if now - snapshot["OriginalSnapshotCreateTime"] > datetime.timedelta(days=days):
            client.delete_db_snapshot(DBSnapshotIdentifier=snapshot["DBSnapshotIdentifier"])


def handler(event, _context):
    now = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    slot = now.strftime("%Y%m%d000000")
    snapshots, copies = ours(source, SNAPSHOT_PREFIX), ours(target, COPY_PREFIX)
    snapshot, copy = SNAPSHOT_PREFIX + slot, COPY_PREFIX + slot
    done = "nothing"
    if snapshot not in snapshots:
        source.create_db_snapshot(DBInstanceIdentifier=DATABASE, DBSnapshotIdentifier=snapshot, Tags=TAGS)
        done = "create"
    elif snapshots[snapshot]["Status"] == "available" and copy not in copies:
        target.copy_db_snapshot(SourceDBSnapshotIdentifier=snapshots[snapshot]["DBSnapshotArn"],
                                TargetDBSnapshotIdentifier=copy, KmsKeyId=KMS_KEY, SourceRegion=SOURCE_REGION,
                                Tags=TAGS)
        done = "copy"
    delete_old(source, snapshots, now, KEEP_DAYS)
    delete_old(target, copies, now, COPY_KEEP_DAYS)
    return {"done": done}
