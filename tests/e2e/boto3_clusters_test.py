#!/usr/bin/env python3
"""boto3 against the emulator's DB clusters and option groups: their waiters, paginators and error codes.

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

ACCOUNT = "123456789012"
AT_ONCE = {"Delay": 0, "MaxAttempts": 5}
MASTER = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret-1"}


class Boto3ClustersTest(unittest.TestCase):
    """One emulator for the file, time moved by hand; each test names its own things."""

    @classmethod
    def setUpClass(cls):
        cls.emulator = harness.Emulator(speed=0)
        cls.addClassCleanup(cls.emulator.stop)

    def client(self, region=harness.SOURCE):
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key=harness.SECRET, region_name=region)
        once = botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"})
        return session.client("rds", endpoint_url=self.emulator.endpoint, config=once)

    def advance_between_looks(self, client, operation, by="3h"):
        """Makes a waiter really wait: the work ends between its first look and its second."""
        looks = []

        def after(**_):
            looks.append(1)
            if len(looks) == 1:
                self.emulator.advance(by)

        client.meta.events.register(f"after-call.rds.{operation}", after)
        return looks

    def cluster(self, name, engine="aurora-postgresql", rds=None, **parameters):
        rds = rds or self.client()
        master = {} if engine == "neptune" else MASTER
        made = rds.create_db_cluster(DBClusterIdentifier=name, Engine=engine, **master, **parameters)["DBCluster"]
        self.assertEqual("creating", made["Status"])
        self.emulator.advance("1h")
        return made

    def snapshot(self, rds, name, cluster, **parameters):
        return rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=cluster,
                                              **parameters)["DBClusterSnapshot"]

    def refused(self, expected, call, **parameters):
        """The exception of boto3's own model, so that a client can catch it by name."""
        with self.assertRaises(expected) as caught:
            call(**parameters)
        return caught.exception.response["Error"]

    def test_a_snapshot_and_its_copy(self):
        here, there = self.client(), self.client(harness.TARGET)
        self.cluster("shop", StorageEncrypted=True, Tags=[{"Key": "team", "Value": "data"}], CopyTagsToSnapshot=True)
        begun = self.snapshot(here, "shop-1", "shop", Tags=[{"Key": "slot", "Value": "1"}])
        self.assertEqual("creating", begun["Status"])
        self.assertIn("SnapshotCreateTime", begun)
        self.assertEqual(f"arn:aws:rds:{harness.SOURCE}:{ACCOUNT}:cluster-snapshot:shop-1",
                         begun["DBClusterSnapshotArn"])
        looks = self.advance_between_looks(here, "DescribeDBClusterSnapshots")
        here.get_waiter("db_cluster_snapshot_available").wait(
            DBClusterSnapshotIdentifier="shop-1", WaiterConfig=AT_ONCE)
        self.assertEqual(2, len(looks))
        copy = there.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=begun["DBClusterSnapshotArn"], SourceRegion=harness.SOURCE,
            TargetDBClusterSnapshotIdentifier="shop-1-copy", KmsKeyId=harness.KEY, CopyTags=True)["DBClusterSnapshot"]
        self.assertEqual("copying", copy["Status"])
        self.assertEqual(begun["DBClusterSnapshotArn"], copy["SourceDBClusterSnapshotArn"])
        self.assertNotEqual(begun["KmsKeyId"], copy["KmsKeyId"])
        self.emulator.advance("3h")
        there.get_waiter("db_cluster_snapshot_available").wait(
            DBClusterSnapshotIdentifier="shop-1-copy", WaiterConfig=AT_ONCE)
        tags = there.list_tags_for_resource(ResourceName=copy["DBClusterSnapshotArn"])["TagList"]
        self.assertEqual({"team": "data", "slot": "1"}, {t["Key"]: t["Value"] for t in tags})
        there.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="shop-1-copy")
        looks = self.advance_between_looks(there, "DescribeDBClusterSnapshots")
        there.get_waiter("db_cluster_snapshot_deleted").wait(
            DBClusterSnapshotIdentifier="shop-1-copy", WaiterConfig={"Delay": 0, "MaxAttempts": 5})
        self.assertGreaterEqual(len(looks), 1)
        events = here.describe_events(SourceType="db-cluster-snapshot", SourceIdentifier="shop-1", Duration=1440)
        self.assertEqual(["Creating manual cluster snapshot", "Manual cluster snapshot created"],
                         [e["Message"] for e in events["Events"]])
        events = there.describe_events(SourceType="db-cluster-snapshot", Duration=1440)
        self.assertEqual([], events["Events"])

    def test_refusals_by_the_names_of_the_model(self):
        rds = self.client()
        errors = rds.exceptions
        self.cluster("refused")
        self.refused(errors.DBClusterNotFoundFault, rds.describe_db_clusters, DBClusterIdentifier="nobody")
        self.refused(errors.DBClusterAlreadyExistsFault, rds.create_db_cluster, DBClusterIdentifier="refused",
                     Engine="aurora-mysql", **MASTER)
        self.refused(errors.DBClusterSnapshotNotFoundFault, rds.describe_db_cluster_snapshots,
                     DBClusterSnapshotIdentifier="nothing")
        made = self.snapshot(rds, "refused-1", "refused")
        self.refused(errors.DBClusterSnapshotAlreadyExistsFault, self.snapshot, rds=rds, name="refused-1",
                     cluster="refused")
        self.refused(errors.InvalidDBClusterStateFault, self.snapshot, rds=rds, name="refused-2", cluster="refused")
        self.refused(errors.InvalidDBClusterSnapshotStateFault, rds.copy_db_cluster_snapshot,
                     SourceDBClusterSnapshotIdentifier=made["DBClusterSnapshotArn"],
                     TargetDBClusterSnapshotIdentifier="refused-copy")
        self.emulator.advance("3h")
        told = self.refused(errors.ClientError, rds.copy_db_cluster_snapshot,
                            SourceDBClusterSnapshotIdentifier="refused-1",
                            TargetDBClusterSnapshotIdentifier="x" * 64)
        self.assertEqual("InvalidParameterValue", told["Code"])
        told = self.refused(errors.ClientError, rds.copy_db_cluster_snapshot, KmsKeyId="alias/aws/rds",
                            SourceDBClusterSnapshotIdentifier="refused-1",
                            TargetDBClusterSnapshotIdentifier="encrypted")
        self.assertEqual("InvalidParameterCombination", told["Code"])

    def test_both_quotas_tell_themselves_by_their_message(self):
        region = "eu-north-1"
        rds, there = self.client(region), self.client("eu-south-1")
        self.cluster("crowd", rds=rds)
        arns = []
        for number in range(3):
            arns.append(self.snapshot(rds, f"crowd-{number}", "crowd")["DBClusterSnapshotArn"])
            self.emulator.advance("1h")
        self.emulator.control("POST", "quotas", {"region": "eu-south-1", "cluster_copies_in_flight": 1,
                                                 "manual_cluster_snapshots": 2})
        quotas = {q["AccountQuotaName"]: q["Max"] for q in there.describe_account_attributes()["AccountQuotas"]}
        self.assertEqual((2, 100), (quotas["ManualClusterSnapshots"], quotas["ManualSnapshots"]))

        def copy(number):
            return there.copy_db_cluster_snapshot(SourceDBClusterSnapshotIdentifier=arns[number],
                                                  TargetDBClusterSnapshotIdentifier=f"crowd-{number}")

        copy(0)
        exceeded = there.exceptions.SnapshotQuotaExceededFault
        told = self.refused(exceeded, copy, number=1)
        self.assertEqual("Cannot copy more than 1 snapshots across regions", told["Message"])
        self.emulator.advance("3h")
        copy(1)
        self.emulator.advance("3h")
        told = self.refused(exceeded, copy, number=2)
        self.assertEqual("Cannot create more than 2 manual snapshots", told["Message"])

    def test_members_live_with_their_cluster(self):
        rds = self.client("eu-west-3")
        self.cluster("home", rds=rds)
        for name in ("home-1", "home-2"):
            rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier="home", Engine="aurora-postgresql",
                                   DBInstanceClass="db.r6g.large")
        self.refused(rds.exceptions.ClientError, rds.create_db_instance, DBInstanceIdentifier="home-3",
                     DBClusterIdentifier="home", Engine="aurora-postgresql", DBInstanceClass="db.r6g.large",
                     MasterUsername="admin1")
        self.emulator.advance("1h")
        members = rds.describe_db_clusters(DBClusterIdentifier="home")["DBClusters"][0]["DBClusterMembers"]
        self.assertEqual([("home-1", True), ("home-2", False)],
                         [(m["DBInstanceIdentifier"], m["IsClusterWriter"]) for m in members])
        told = self.refused(rds.exceptions.ClientError, rds.create_db_snapshot, DBSnapshotIdentifier="x",
                            DBInstanceIdentifier="home-1")
        self.assertIn("CreateDBClusterSnapshot", told["Message"])
        rds.stop_db_cluster(DBClusterIdentifier="home")
        self.emulator.advance("1h")
        self.refused(rds.exceptions.InvalidDBClusterStateFault, self.snapshot, rds=rds, name="x", cluster="home")
        rds.start_db_cluster(DBClusterIdentifier="home")
        self.advance_between_looks(rds, "DescribeDBClusters")
        rds.get_waiter("db_cluster_available").wait(DBClusterIdentifier="home", WaiterConfig=AT_ONCE)
        self.refused(rds.exceptions.InvalidDBClusterStateFault, rds.delete_db_cluster, DBClusterIdentifier="home",
                     SkipFinalSnapshot=True)
        for name in ("home-1", "home-2"):
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        self.emulator.advance("1h")
        rds.delete_db_cluster(DBClusterIdentifier="home", FinalDBSnapshotIdentifier="home-last")
        self.emulator.advance("1h")
        rds.get_waiter("db_cluster_deleted").wait(DBClusterIdentifier="home", WaiterConfig=AT_ONCE)
        left = rds.describe_db_cluster_snapshots(DBClusterIdentifier="home")["DBClusterSnapshots"]
        self.assertEqual(["home-last"], [s["DBClusterSnapshotIdentifier"] for s in left])

    def test_every_engine_of_clusters_comes_by_the_same_calls(self):
        rds = self.client("eu-west-2")
        for engine in ("aurora-mysql", "aurora-postgresql", "neptune", "docdb"):
            self.cluster(f"of-{engine}", engine, rds)
        self.cluster("of-postgres", "postgres", rds, DBClusterInstanceClass="db.m5d.large", AllocatedStorage=100,
                     Iops=1000, StorageType="io1")
        found = {c["Engine"]: len(c["DBClusterMembers"]) for c in rds.describe_db_clusters()["DBClusters"]}
        self.assertEqual({"aurora-mysql": 0, "aurora-postgresql": 0, "neptune": 0, "docdb": 0, "postgres": 3}, found)
        for engine in found:
            self.snapshot(rds, f"s-{engine}", f"of-{engine}")
        self.emulator.advance("3h")
        pages = list(rds.get_paginator("describe_db_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20}))
        self.assertEqual(5, sum(len(page["DBClusterSnapshots"]) for page in pages))
        by_engine = rds.describe_db_cluster_snapshots(Filters=[{"Name": "engine", "Values": ["docdb"]}])
        self.assertEqual(["s-docdb"], [s["DBClusterSnapshotIdentifier"] for s in by_engine["DBClusterSnapshots"]])
        there = self.client("eu-central-2")
        self.refused(there.exceptions.InvalidDBClusterSnapshotStateFault, there.copy_db_cluster_snapshot,
                     SourceDBClusterSnapshotIdentifier=f"arn:aws:rds:eu-west-2:{ACCOUNT}:cluster-snapshot:s-postgres",
                     TargetDBClusterSnapshotIdentifier="s-postgres")

    def test_pages_of_clusters(self):
        rds = self.client("ca-central-1")
        for number in range(23):
            rds.create_db_cluster(DBClusterIdentifier=f"page-{number:02}", Engine="docdb", **MASTER)
        pages = list(rds.get_paginator("describe_db_clusters").paginate(PaginationConfig={"PageSize": 20}))
        names = [c["DBClusterIdentifier"] for page in pages for c in page["DBClusters"]]
        self.assertEqual([f"page-{number:02}" for number in range(23)], names)
        self.assertEqual(2, len(pages))

    def test_sharing(self):
        rds = self.client("eu-south-2")
        self.cluster("shared", rds=rds)
        self.snapshot(rds, "shared-1", "shared")
        self.emulator.advance("3h")
        rds.modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier="shared-1", AttributeName="restore",
                                                 ValuesToAdd=["999999999999"])
        told = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier="shared-1")
        self.assertEqual([{"AttributeName": "restore", "AttributeValues": ["999999999999"]}],
                         told["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"])

    def test_what_a_lab_orders(self):
        rds = self.client("us-east-1")
        self.cluster("lab", rds=rds)
        self.emulator.control("POST", "snapshots", [
            {"region": "us-east-1", "kind": "cluster", "database": "lab", "type": "automated",
             "time": "2026-01-02T03:04:05Z"},
            {"region": "us-east-1", "kind": "cluster", "database": "lab", "id": "by-hand", "tags": {"a": "b"}}])
        found = rds.describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
        self.assertEqual(["rds:lab-2026-01-02-03-04"], [s["DBClusterSnapshotIdentifier"] for s in found])
        self.refused(rds.exceptions.InvalidDBClusterSnapshotStateFault, rds.delete_db_cluster_snapshot,
                     DBClusterSnapshotIdentifier="rds:lab-2026-01-02-03-04")

    def test_option_groups(self):
        rds = self.client("us-west-2")
        made = rds.create_option_group(OptionGroupName="audit", EngineName="mysql", MajorEngineVersion="8.0",
                                       OptionGroupDescription="ours")["OptionGroup"]
        self.assertEqual(f"arn:aws:rds:us-west-2:{ACCOUNT}:og:audit", made["OptionGroupArn"])
        self.refused(rds.exceptions.OptionGroupAlreadyExistsFault, rds.create_option_group, OptionGroupName="audit",
                     EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="ours")
        found = rds.describe_option_groups(EngineName="mysql")["OptionGroupsList"]
        self.assertEqual(["audit"], [g["OptionGroupName"] for g in found])
        rds.delete_option_group(OptionGroupName="audit")
        self.refused(rds.exceptions.OptionGroupNotFoundFault, rds.describe_option_groups, OptionGroupName="audit")
        self.refused(rds.exceptions.InvalidOptionGroupStateFault, rds.delete_option_group,
                     OptionGroupName="default:mysql-8-0")


if __name__ == "__main__":
    harness.main()
