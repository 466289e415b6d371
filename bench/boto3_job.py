#!/usr/bin/env python3
"""The same job with boto3, as people write it today: snapshot, wait, encrypted copy, wait.

    bench/boto3_job.py DATABASE SOURCE_REGION TARGET_REGION KEY [WAITER_DELAY_SECONDS]

Credentials and endpoint come from the environment. Without a delay the official waiter polls every
30 s, 60 times at most, as it does for everyone.
SPDX-License-Identifier: Apache-2.0
"""

import datetime
import sys

import boto3
from botocore.exceptions import ClientError, WaiterError


def main():
    database, source_region, target_region, key = sys.argv[1:5]
    waiting = {"Delay": float(sys.argv[5]), "MaxAttempts": 10000} if len(sys.argv) > 5 else {}
    time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d%H%M%S")
    tags = [{"Key": "made-by", "Value": "boto3_job"}]

    source = boto3.client("rds", region_name=source_region)
    snapshot = source.create_db_snapshot(
        DBInstanceIdentifier=database,
        DBSnapshotIdentifier=f"rds-auto-snapshot-{time}",
        Tags=tags,
    )["DBSnapshot"]
    print("creating", snapshot["DBSnapshotIdentifier"])
    source.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier=snapshot["DBSnapshotIdentifier"], WaiterConfig=waiting)

    target = boto3.client("rds", region_name=target_region)
    copy = target.copy_db_snapshot(
        SourceDBSnapshotIdentifier=snapshot["DBSnapshotArn"],
        TargetDBSnapshotIdentifier=f"rds-auto-copy-{time}",
        KmsKeyId=key,
        SourceRegion=source_region,
        Tags=tags,
    )["DBSnapshot"]
    print("copying", copy["DBSnapshotIdentifier"])
    target.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier=copy["DBSnapshotIdentifier"], WaiterConfig=waiting)
    print("available", copy["DBSnapshotIdentifier"])


if __name__ == "__main__":
    try:
        main()
    except (ClientError, WaiterError) as error:
        sys.exit(f"error: {error}")
