#!/usr/bin/env python3
"""How a fleet's nightly script looks at its databases with boto3: one after another.

    bench/boto3_fleet.py SOURCE_REGION TARGET_REGION

For each database it lists its snapshots and its copies, and counts the databases without a snapshot of today and
what is past 30 days. It changes nothing. Credentials and endpoint come from the environment.
SPDX-License-Identifier: Apache-2.0
"""

import datetime
import sys

import boto3


def ours(client, database):
    pages = client.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier=database, SnapshotType="manual")
    return [s for page in pages for s in page["DBSnapshots"] if "SnapshotCreateTime" in s]


def main():
    source_region, target_region = sys.argv[1:3]
    now = datetime.datetime.now(datetime.timezone.utc)
    old = now - datetime.timedelta(days=30)
    source = boto3.client("rds", region_name=source_region)
    target = boto3.client("rds", region_name=target_region)
    due = expired = 0
    for page in source.get_paginator("describe_db_instances").paginate():
        for instance in page["DBInstances"]:
            if "DBClusterIdentifier" in instance:
                continue  # RDS takes snapshots of the cluster only
            snapshots = ours(source, instance["DBInstanceIdentifier"])
            copies = ours(target, instance["DBInstanceIdentifier"])
            expired += sum(s["SnapshotCreateTime"] < old for s in snapshots + copies)
            due += not any(s["SnapshotCreateTime"].date() == now.date() for s in snapshots)
    print(f"{due} lack today's snapshot, {expired} are past their days")


if __name__ == "__main__":
    main()
