#!/usr/bin/env python3
"""boto3 against the emulator: waiters, paginators, filters and error codes as its own model has them.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import harness

try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    harness.require(False, "boto3")


class Boto3JudgeTest(unittest.TestCase):
    """One emulator for the file, time moved by hand; each test names its own things."""

    @classmethod
    def setUpClass(cls):
        cls.emulator = harness.Emulator(speed=0)
        cls.addClassCleanup(cls.emulator.stop)

    def client(self, service="rds", region=harness.SOURCE, key="testing", secret=harness.SECRET):
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=region)
        once = botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"})
        return session.client(service, endpoint_url=self.emulator.endpoint, config=once)

    def assert_refused(self, code, call, **parameters):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**parameters)
        self.assertEqual(code, caught.exception.response["Error"]["Code"],
                         caught.exception.response["Error"]["Message"])
        return caught.exception.response

    def create_snapshot(self, name, rds=None):
        return (rds or self.client()).create_db_snapshot(
            DBInstanceIdentifier=harness.DATABASE, DBSnapshotIdentifier=name)["DBSnapshot"]

    def advance_after_first_look(self, client, operation, by):
        """Makes the waiter really wait: the work ends between its first look and its second."""
        looks = []

        def after(**_):
            looks.append(1)
            if len(looks) == 1:
                self.emulator.advance(by)

        client.meta.events.register(f"after-call.rds.{operation}", after)
        return looks

    def test_waiters(self):
        rds = self.client()
        self.create_snapshot("waited-for", rds)
        looks = self.advance_after_first_look(rds, "DescribeDBSnapshots", "3h")
        rds.get_waiter("db_snapshot_available").wait(
            DBSnapshotIdentifier="waited-for", WaiterConfig={"Delay": 0, "MaxAttempts": 5})
        self.assertEqual(2, len(looks))
        rds.delete_db_snapshot(DBSnapshotIdentifier="waited-for")
        self.emulator.advance("1m")
        rds.get_waiter("db_snapshot_deleted").wait(
            DBSnapshotIdentifier="waited-for", WaiterConfig={"Delay": 0, "MaxAttempts": 5})

    def test_failed_copy_fails_the_waiter(self):
        source = self.create_snapshot("source-of-failed")
        self.emulator.advance("3h")
        self.emulator.fault("fail_copy", snapshot="will-fail")
        self.addCleanup(self.emulator.clear_faults)
        there = self.client(region=harness.TARGET)
        there.copy_db_snapshot(SourceDBSnapshotIdentifier=source["DBSnapshotArn"], KmsKeyId=harness.KEY,
                               TargetDBSnapshotIdentifier="will-fail")
        self.emulator.advance("12h")
        with self.assertRaises(botocore.exceptions.WaiterError) as caught:
            there.get_waiter("db_snapshot_available").wait(
                DBSnapshotIdentifier="will-fail", WaiterConfig={"Delay": 0, "MaxAttempts": 3})
        self.assertIn("failed", str(caught.exception))

    def test_paginators(self):
        rds = self.client(region="eu-north-1")
        for n in range(23):
            rds.create_db_instance(DBInstanceIdentifier=f"fleet-{n:02}", Engine="mysql", AllocatedStorage=20,
                                   DBInstanceClass="db.t3.micro", MasterUsername="admin",
                                   MasterUserPassword="not-a-secret-1")
        self.emulator.advance("1h")
        for n in range(23):
            rds.create_db_snapshot(DBInstanceIdentifier=f"fleet-{n:02}", DBSnapshotIdentifier=f"page-{n:02}")
        for operation, field, key in (("describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
                                      ("describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier")):
            with self.subTest(operation):
                pages = list(rds.get_paginator(operation).paginate(PaginationConfig={"PageSize": 20}))
                names = [item[key] for page in pages for item in page[field]]
                self.assertEqual(2, len(pages))
                self.assertEqual(23, len(set(names)))
                self.assertEqual(23, len(names))

    def test_filters(self):
        rds = self.client(region="eu-west-3")
        for name in ("filter-a", "filter-b"):
            rds.create_db_instance(DBInstanceIdentifier=name, Engine="mysql", AllocatedStorage=20,
                                   DBInstanceClass="db.t3.micro", MasterUsername="admin",
                                   MasterUserPassword="not-a-secret-1")
        self.emulator.advance("1h")
        for name in ("filter-a", "filter-b"):
            rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"of-{name}")

        def found(**parameters):
            return [s["DBSnapshotIdentifier"] for s in rds.describe_db_snapshots(**parameters)["DBSnapshots"]]

        cases = [
            ("by instance", {"DBInstanceIdentifier": "filter-a"}, ["of-filter-a"]),
            ("by instance in upper case", {"DBInstanceIdentifier": "FILTER-A"}, ["of-filter-a"]),
            ("filter by instance", {"Filters": [{"Name": "db-instance-id", "Values": ["filter-b"]}]},
             ["of-filter-b"]),
            ("filter by two values",
             {"Filters": [{"Name": "db-instance-id", "Values": ["filter-a", "filter-b"]}]},
             ["of-filter-a", "of-filter-b"]),
            ("filter by engine", {"Filters": [{"Name": "engine", "Values": ["postgres"]}]}, []),
            ("filter by type", {"Filters": [{"Name": "snapshot-type", "Values": ["manual"]}]},
             ["of-filter-a", "of-filter-b"]),
            ("automated only", {"SnapshotType": "automated"}, []),
            ("unknown instance", {"DBInstanceIdentifier": "nobody"}, []),
        ]
        for name, parameters, expected in cases:
            with self.subTest(name):
                self.assertEqual(expected, sorted(found(**parameters)))
        self.assert_refused("InvalidParameterValue", rds.describe_db_snapshots,
                            Filters=[{"Name": "no-such-filter", "Values": ["x"]}])

    def test_error_codes(self):
        rds, there = self.client(), self.client(region=harness.TARGET)
        arn = f"arn:aws:rds:{harness.SOURCE}:{harness.ACCOUNT}:snapshot:"
        self.assert_refused("InvalidParameterValue", rds.create_db_snapshot, DBInstanceIdentifier=harness.DATABASE,
                            DBSnapshotIdentifier="tagged", Tags=[{"Key": "aws:x", "Value": "y"}])
        source = self.create_snapshot("codes")
        cases = [
            ("unknown instance", "DBInstanceNotFound", rds.describe_db_instances,
             {"DBInstanceIdentifier": "nobody"}),
            ("snapshot of an unknown instance", "DBInstanceNotFound", rds.create_db_snapshot,
             {"DBInstanceIdentifier": "nobody", "DBSnapshotIdentifier": "x"}),
            ("unknown snapshot", "DBSnapshotNotFound", rds.describe_db_snapshots,
             {"DBSnapshotIdentifier": "nothing"}),
            ("taken name", "DBSnapshotAlreadyExists", rds.create_db_snapshot,
             {"DBInstanceIdentifier": harness.DATABASE, "DBSnapshotIdentifier": "codes"}),
            ("bad name", "InvalidParameterValue", rds.create_db_snapshot,
             {"DBInstanceIdentifier": harness.DATABASE, "DBSnapshotIdentifier": "two--hyphens"}),
            ("copy of what is not there", "DBSnapshotNotFound", there.copy_db_snapshot,
             {"SourceDBSnapshotIdentifier": arn + "nothing", "TargetDBSnapshotIdentifier": "x",
              "KmsKeyId": harness.KEY}),
            ("copy of what is still creating", "InvalidDBSnapshotState", there.copy_db_snapshot,
             {"SourceDBSnapshotIdentifier": source["DBSnapshotArn"], "TargetDBSnapshotIdentifier": "x",
              "KmsKeyId": harness.KEY}),
        ]
        for name, code, call, parameters in cases:
            with self.subTest(name):
                self.assert_refused(code, call, **parameters)
        self.emulator.advance("3h")
        key_here = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        cases = [
            ("no key", "InvalidParameterValue", {}),
            ("unknown key", "KMSKeyNotAccessibleFault", {"KmsKeyId": "alias/nothing"}),
            ("key of another region", "KMSKeyNotAccessibleFault", {"KmsKeyId": key_here}),
        ]
        for name, code, parameters in cases:
            with self.subTest(name):
                self.assert_refused(code, there.copy_db_snapshot, TargetDBSnapshotIdentifier="x",
                                    SourceDBSnapshotIdentifier=source["DBSnapshotArn"], **parameters)

    def test_credentials(self):
        self.assert_refused("SignatureDoesNotMatch", self.client(secret="wrong").describe_db_instances)
        self.assert_refused("InvalidClientTokenId", self.client(key="AKIAUNKNOWN").describe_db_instances)
        other = self.client("sts", key="210987654321").get_caller_identity()
        self.assertEqual("210987654321", other["Account"])
        # Another account sees nothing of ours.
        self.assertEqual([], self.client(key="210987654321").describe_db_instances()["DBInstances"])

    def test_kms(self):
        kms = self.client("kms", region="eu-north-1")
        key = kms.create_key(Description="for copies")["KeyMetadata"]
        kms.create_alias(AliasName="alias/mine", TargetKeyId=key["KeyId"])
        described = kms.describe_key(KeyId="alias/mine")["KeyMetadata"]
        self.assertEqual((key["Arn"], "Enabled", "CUSTOMER"),
                         (described["Arn"], described["KeyState"], described["KeyManager"]))
        kms.disable_key(KeyId=key["KeyId"])
        self.assertEqual("Disabled", kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"])
        self.assert_refused("NotFoundException", kms.describe_key, KeyId="alias/nothing")


if __name__ == "__main__":
    harness.main()
