#!/usr/bin/env python3
"""The user's own commands against the emulator: deploy, three days, retention, update, delete.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import json
import unittest

import harness
import serverless
from serverless import CAPABILITIES, STACK

DAY = datetime.timedelta(days=1)
# Names begin as the stack's, for its role may make no others.
POLICY_FILE = f"""
version: 1
policies:
  - name: both
    source: {{region: {harness.SOURCE}}}
    databases: [{{id: {harness.DATABASE}}}, {{id: orders}}, {{id: ledger}}]
    schedule: rate(1 day)
    snapshot: {{name: "rds-auto-snapshot-{{db}}-{{time}}"}}
    targets:
      - {{region: {harness.TARGET}, name: "rds-auto-copy-{{db}}-{{time}}", keys: {{default: alias/snapferry-{STACK}}}}}
    rpo: 26h
"""


class StackLifeTest(serverless.ServerlessTest):
    def deploy(self, *overrides, name=STACK):
        return self.account.aws(
            "cloudformation", "deploy", "--template-file", "template.yaml", "--stack-name", name,
            "--parameter-overrides", f"RDSInstanceIdentifier={harness.DATABASE}", *overrides, *CAPABILITIES,
            folder=self.folder)

    def aliases(self):
        found = self.account.client("kms", harness.TARGET).list_aliases()["Aliases"]
        return {a["AliasName"]: a["TargetKeyId"] for a in found if not a["AliasName"].startswith("alias/aws/")}

    def test_life_of_a_stack(self):
        account = self.account
        account.package(self.folder)
        self.deploy()
        stack = serverless.Stack(account)
        self.assertEqual("CREATE_COMPLETE", stack.status)
        key = self.aliases()[f"alias/snapferry-{STACK}"]
        self.assertTrue(stack.outputs["DestinationKeyArn"].endswith("key/" + key))
        self.key_is_well_made(stack.outputs["DestinationKeyArn"])

        self.three_days(stack)
        foreign = self.add_foreign_snapshots()
        self.by_hand(stack)
        self.a_deleted_copy_is_made_again()
        self.retention(foreign)
        self.delete(stack, key)
        self.again(key, foreign)

    def key_is_well_made(self, arn):
        kms = self.account.client("kms", harness.TARGET)
        self.assertTrue(kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"])
        policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
        for statement in policy["Statement"]:
            if not str(statement["Principal"]).endswith(":root'}"):
                self.assertNotIn("kms:*", statement["Action"], statement)

    def three_days(self, stack):
        """Three days, three snapshots and three copies, one for each slot, under the stack's key."""
        self.account.advance("15m")
        self.account.advance("6h")
        self.account.advance("42h")
        source, target = self.account.snapshots(harness.SOURCE), self.account.snapshots(harness.TARGET)
        slots = [serverless.slot_of(s["DBSnapshotIdentifier"]) for s in source]
        # The slot of the deployment's day, and those of the two days since.
        self.assertEqual([slots[0] + n * DAY for n in range(3)], slots)
        self.assertLess(slots[0].time(), datetime.time(1))
        self.assertEqual([f"rds-auto-snapshot-{s:%Y%m%d%H%M%S}" for s in slots],
                         [s["DBSnapshotIdentifier"] for s in source])
        self.assertEqual(3, len(target))
        for copy, original in zip(target, source):
            self.assertEqual(original["DBSnapshotIdentifier"].replace("snapshot", "copy"), copy["DBSnapshotIdentifier"])
            self.assertEqual("available", copy["Status"])
            self.assertTrue(copy["Encrypted"])
            self.assertEqual(stack.outputs["DestinationKeyArn"], copy["KmsKeyId"])
            self.assertEqual(original["DBSnapshotArn"], copy["SourceDBSnapshotIdentifier"])
        self.assert_alarms(stack)
        self.assertEqual(0, stack.dead_letters())
        # Nobody is told anything but that the alarm of the first hour is over.
        outbox = self.account.outbox()
        alarms = [m["subject"] for m in outbox if m["subject"].startswith("ALARM")]
        self.assertEqual([], [subject for subject in alarms if "RecoveryPointTooOld" not in subject])
        self.metrics(stack)

    def metrics(self, stack):
        cloudwatch = self.account.client("cloudwatch")
        found = cloudwatch.list_metrics(Namespace="Snapferry", Dimensions=[{"Name": "Database"}])["Metrics"]
        where = {"Policy": STACK, "Database": harness.DATABASE, "Target": harness.TARGET}
        self.assertEqual({"RecoveryPointAge", "CopiesInFlight", "Failures", "QuotaUsed"},
                         {m["MetricName"] for m in found})
        for metric in found:
            self.assertEqual(where, {d["Name"]: d["Value"] for d in metric["Dimensions"]})

    def by_hand(self, stack):
        status = stack.ask("status")
        self.assertEqual(("status", True), (status["type"], status["is_met"]))
        plan = stack.ask("plan")
        self.assertEqual("plan", plan["type"])
        answer, is_failed = stack.invoke(action="delete-everything")
        self.assertTrue(is_failed)
        self.assertIn("there is no action", answer["errorMessage"])
        writes = [c for c in self.account.emulator.calls() if c["operation"].startswith("DeleteDB")]
        self.assertEqual([], writes)

    def add_foreign_snapshots(self):
        """By hand, with names that fit ours, and old: retention must not see them."""
        names = {harness.SOURCE: "rds-auto-snapshot-20200101000000", harness.TARGET: "rds-auto-copy-20200101000000"}
        rds = self.account.client("rds")
        made = rds.create_db_snapshot(DBInstanceIdentifier=harness.DATABASE,
                                      DBSnapshotIdentifier=names[harness.SOURCE])["DBSnapshot"]
        self.account.advance("2h")
        self.account.client("rds", harness.TARGET).copy_db_snapshot(
            SourceDBSnapshotIdentifier=made["DBSnapshotArn"], TargetDBSnapshotIdentifier=names[harness.TARGET],
            KmsKeyId=harness.KEY, SourceRegion=harness.SOURCE)
        self.account.advance("4h")
        return names

    def a_deleted_copy_is_made_again(self):
        newest = self.account.names(harness.TARGET, "rds-auto-copy-")[-1]
        self.account.aws("rds", "delete-db-snapshot", "--db-snapshot-identifier", newest,
                         "--region", "eu-central-1")
        self.account.advance("1m")
        self.assertNotIn(newest, self.account.names(harness.TARGET))
        self.account.advance("6h")
        self.assertIn(newest, self.account.names(harness.TARGET))

    def retention(self, foreign):
        """A parameter of the stack changes; what is older goes, and nothing else."""
        told = self.deploy("SnapshotRetentionDays=1", "CopyRetentionDays=2")
        self.assertIn("Successfully created/updated stack", told)
        self.assertIn("No changes to deploy", self.deploy("--no-fail-on-empty-changeset"))
        self.assertEqual("UPDATE_COMPLETE", serverless.Stack(self.account).status)
        self.account.advance("54h")
        now = max(s["OriginalSnapshotCreateTime"] for s in self.account.snapshots(harness.SOURCE))
        for region, days, prefix in ((harness.SOURCE, 1, "rds-auto-snapshot-"), (harness.TARGET, 2, "rds-auto-copy-")):
            with self.subTest(region):
                self.assertIn(foreign[region], self.account.names(region))
                ours = [s for s in self.account.snapshots(region) if s["DBSnapshotIdentifier"] != foreign[region]]
                self.assertTrue(ours)
                # A day of the grid: what was kept is what had not yet reached its days at the newest slot.
                for snapshot in ours:
                    self.assertLessEqual(now - snapshot["OriginalSnapshotCreateTime"], (days + 1) * DAY)
                self.assertGreaterEqual(len(ours), days)

    def delete(self, stack, key):
        before = {r: self.account.names(r) for r in (harness.SOURCE, harness.TARGET)}
        self.account.aws("cloudformation", "delete-stack", "--stack-name", STACK)
        self.account.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", STACK)
        self.assertEqual(before, {r: self.account.names(r) for r in (harness.SOURCE, harness.TARGET)})
        self.assertEqual(key, self.aliases()[f"alias/snapferry-{STACK}"])
        kept = self.account.client("kms", harness.TARGET).describe_key(KeyId=key)["KeyMetadata"]
        self.assertEqual("Enabled", kept["KeyState"])
        client = self.account.client
        self.assertEqual([], client("lambda").list_functions()["Functions"])
        self.assertEqual([], client("iam").list_roles()["Roles"])
        self.assertEqual([], client("events").list_rules()["Rules"])
        self.assertEqual([], client("sns").list_topics()["Topics"])
        self.assertEqual([], client("sqs").list_queues().get("QueueUrls", []))
        self.assertEqual([], client("logs").describe_log_groups()["logGroups"])
        self.assertEqual([], client("cloudwatch").describe_alarms()["MetricAlarms"])
        self.assertEqual([], client("cloudwatch").list_dashboards()["DashboardEntries"])
        # Nothing wakes anything any more.
        self.account.advance("48h")
        self.assertEqual(before[harness.SOURCE], self.account.names(harness.SOURCE))

    def again(self, key, foreign):
        """A second life under the same name finds the key, and adopts what is there."""
        self.deploy()
        self.assertEqual(key, self.aliases()[f"alias/snapferry-{STACK}"])
        self.assertTrue(serverless.Stack(self.account).outputs["DestinationKeyArn"].endswith(key))
        before = self.account.names(harness.TARGET)
        self.account.advance("6h")
        self.assertEqual(1, len(set(self.account.names(harness.TARGET)) - set(before)))
        self.assertIn(foreign[harness.TARGET], self.account.names(harness.TARGET))


class OtherWaysTest(serverless.ServerlessTest):
    def test_stack_in_the_destination(self):
        """deploy/destination.yaml: its key is used, and its rule tells home that a copy is done."""
        account = self.account
        template = account.package(self.folder)
        account.aws("cloudformation", "deploy", "--template-file", str(serverless.DEPLOY / "destination.yaml"),
                    "--stack-name", "there", *CAPABILITIES, region=harness.TARGET)
        there = account.client("cloudformation", harness.TARGET).describe_stacks(StackName="there")["Stacks"][0]
        key = {o["OutputKey"]: o["OutputValue"] for o in there["Outputs"]}["KeyArn"]
        stack = account.deploy_quickly(template, DestinationKmsKeyArn=key)
        self.assertNotIn("KeyFunction", stack.ids)
        account.advance("6h")
        copies = account.snapshots(harness.TARGET)
        self.assertEqual([("available", key)], [(c["Status"], c["KmsKeyId"]) for c in copies])
        origins = [line.get("origin") or line.get("message", {}) for line in stack.log()]
        self.assertIn("RDS-EVENT-0060", json.dumps(origins), "the copy's end was not told home")

    def test_policy_file_in_a_parameter(self):
        """Many databases under one stack, a cluster among them: the policy file is read from SSM."""
        account = self.account
        template = account.package(self.folder)
        account.emulator.create_database("orders")
        account.create_cluster("ledger")
        account.client("ssm").put_parameter(Name=serverless.POLICY_PARAMETER, Type="String", Value=POLICY_FILE)
        stack = account.deploy_quickly(template, PolicyParameter=serverless.POLICY_PARAMETER)
        account.advance("6h")
        meant = sorted(["orders", harness.DATABASE])
        copies = account.snapshots(harness.TARGET)
        self.assertEqual(meant, sorted(c["DBInstanceIdentifier"] for c in copies))
        self.assertEqual({("available", stack.outputs["DestinationKeyArn"])},
                         {(c["Status"], c["KmsKeyId"]) for c in copies})
        self.one_of_the_cluster(stack)
        status = stack.ask("status")
        self.assertEqual(("fleet_status", True, 3), (status["type"], status["is_met"], status["met_count"]))
        self.assert_alarms(stack)
        # A database that is named and gone fails the run; the other's copies go on.
        account.client("rds").delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
        account.advance("24h")
        answer, is_failed = stack.invoke(action="apply")
        self.assertTrue(is_failed)
        self.assertIn("orders", answer["errorMessage"])
        self.assertEqual(3, len(account.snapshots(harness.TARGET)))
        self.assertEqual(2, len(account.cluster_snapshots(harness.TARGET)))
        self.assertEqual("ALARM", stack.alarms()["TicksFail"])
        # What is left of it grows old, which is said too.
        account.advance("6h")
        self.assertEqual("ALARM", stack.alarms()["RecoveryPointTooOld"])

    def one_of_the_cluster(self, stack):
        """One snapshot of the cluster, and its copy under the stack's key; a rule told that it can be copied."""
        (snapshot,), (copy,) = (self.account.cluster_snapshots(r) for r in (harness.SOURCE, harness.TARGET))
        self.assertEqual(("ledger", "available"), (snapshot["DBClusterIdentifier"], snapshot["Status"]))
        self.assertEqual(snapshot["DBClusterSnapshotIdentifier"].replace("snapshot", "copy"),
                         copy["DBClusterSnapshotIdentifier"])
        self.assertEqual(("ledger", "available", stack.outputs["DestinationKeyArn"], snapshot["DBClusterSnapshotArn"]),
                         (copy["DBClusterIdentifier"], copy["Status"], copy["KmsKeyId"],
                          copy["SourceDBClusterSnapshotArn"]))
        origins = [line.get("origin") or line.get("message", {}) for line in stack.log()]
        self.assertIn("RDS-EVENT-0075", json.dumps(origins), "the snapshot's end was not told")

    def test_unencrypted_database_and_two_stacks(self):
        """A second database has a stack of its own; a plain database's copy is encrypted all the same."""
        account = self.account
        template = account.package(self.folder)
        account.emulator.create_database("orders")
        stacks = [account.deploy_quickly(template),
                  account.deploy_quickly(template, "Orders", RDSInstanceIdentifier="orders",
                                         SnapshotNamePrefix="orders-snapshot-", CopyNamePrefix="orders-copy-")]
        account.advance("6h")
        for stack, prefix in zip(stacks, ("rds-auto-copy-", "orders-copy-")):
            copies = [c for c in account.snapshots(harness.TARGET) if c["DBSnapshotIdentifier"].startswith(prefix)]
            self.assertEqual([("available", stack.outputs["DestinationKeyArn"])],
                             [(c["Status"], c["KmsKeyId"]) for c in copies])
        self.assertNotEqual(stacks[0].outputs["DestinationKeyArn"], stacks[1].outputs["DestinationKeyArn"])
        stacks[1].delete()
        account.advance("1h")
        self.assert_alarms(stacks[0])


if __name__ == "__main__":
    serverless.require_judges()
    unittest.main()
