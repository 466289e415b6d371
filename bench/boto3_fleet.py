#!/usr/bin/env python3
"""What a fleet's nightly script looks like with boto3: one database after another.

    bench/boto3_fleet.py plan|apply SOURCE_REGION TARGET_REGION KEY

For each database it lists its snapshots and its copies, says what it would delete after 30 days, and
with `apply` takes a snapshot when none is of today. It does not wait. Credentials and endpoint come from the
environment.
SPDX-License-Identifier: Apache-2.0
"""

import datetime
import sys

import boto3


def ours(client, database):
    pages = client.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier=database, SnapshotType="manual")
    return [s for page in pages for s in page["DBSnapshots"]]


def main():
    verb, source_region, target_region, _ = sys.argv[1:5]
    now = datetime.datetime.now(datetime.timezone.utc)
    source = boto3.client("rds", region_name=source_region)
    target = boto3.client("rds", region_name=target_region)
    created = copied = expired = 0
    for page in source.get_paginator("describe_db_instances").paginate():
        for instance in page["DBInstances"]:
            if "DBClusterIdentifier" in instance:
                continue  # RDS takes snapshots of the cluster only
            database = instance["DBInstanceIdentifier"]
            snapshots, copies = ours(source, database), ours(target, database)
            old = now - datetime.timedelta(days=30)
            expired += sum(s["SnapshotCreateTime"] < old for s in snapshots + copies if "SnapshotCreateTime" in s)
            if any(s["SnapshotCreateTime"].date() == now.date() for s in snapshots if "SnapshotCreateTime" in s):
                continue
            created += 1
            if verb == "apply":
                source.create_db_snapshot(
                    DBInstanceIdentifier=database,
                    DBSnapshotIdentifier=f"boto3-{database}-{now:%Y%m%d%H%M%S}",
                    Tags=[{"Key": "made-by", "Value": "boto3_fleet"}])
    print(f"{created} to create, {copied} to copy, {expired} past their days")


if __name__ == "__main__":
    main()
