#!/usr/bin/env python3
"""A second judge of rights: what the emulator lets the stack's roles do, and what it refuses them, is
decided in the same way by @cloud-copilot/iam-simulate (tests/deploy/package.json).

SPDX-License-Identifier: Apache-2.0
"""

import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import harness  # noqa: E402
import serverless  # noqa: E402: ends the file as skipped where boto3 is missing

import boto3  # noqa: E402
import botocore.exceptions  # noqa: E402

NPM = ROOT / "build" / "npm"
OWN_KEY_DATABASE = "own-key"
ELSEWHERE = "us-east-1"
CLUSTER_SNAPSHOT = f"arn:aws:rds:{harness.SOURCE}:{harness.ACCOUNT}:cluster-snapshot:"


def simulate(cases):
    done = subprocess.run(["node", str(ROOT / "tests" / "deploy" / "simulate.js"), str(NPM)],
                          input=json.dumps(cases), capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class IamSimulateTest(serverless.ServerlessTest):
    """A stack whose database is encrypted under a key of the user's own, and two days of its life."""

    def setUp(self):
        super().setUp()
        account = self.account
        template = account.package(self.folder)
        self.source_key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
        account.emulator.create_database(OWN_KEY_DATABASE, StorageEncrypted="true", KmsKeyId=self.source_key)
        self.deploy = lambda **more: account.deploy_quickly(
            template, RDSInstanceIdentifier=OWN_KEY_DATABASE, SourceKmsKeyArn=self.source_key,
            SnapshotRetentionDays="1", CopyRetentionDays="1", **more)
        self.stack = self.deploy()
        self.key = self.stack.outputs["DestinationKeyArn"]
        # It asks for nothing that the others do not ask for, a hundred times a day.
        account.client("events").disable_rule(Name=self.stack.ids["SweepRule"])
        self.stack.ask("apply")
        account.advance("6h")

    # Both judges.

    def asked(self):
        """What the emulator's IAM was asked about roles, each once, oldest first."""
        decisions = self.account.emulator.control("GET", "access")
        self.assertLess(len(decisions), 10000, "the log has forgotten its beginning")
        # Times differ from call to call, and nothing here asks for them.
        for decision in decisions:
            for key in ("aws:CurrentTime", "aws:EpochTime"):
                del decision["context"][key]
        return list({json.dumps(d, sort_keys=True): d for d in decisions}.values())

    def policies(self, role_arn):
        iam, name = self.account.client("iam"), role_arn.rsplit("/", 1)[1]
        return [{"name": n, "policy": iam.get_role_policy(RoleName=name, PolicyName=n)["PolicyDocument"]}
                for n in iam.list_role_policies(RoleName=name)["PolicyNames"]]

    def key_policy(self, arn):
        region = arn.split(":")[3]
        policy = self.account.client("kms", region).get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
        return json.loads(policy)

    def compare(self, decisions):
        """Asks the other judge the same; returns the decisions."""
        roles = {d["role"]: self.policies(d["role"]) for d in decisions}
        # Whether a key may be tagged is asked before there is one; here it is the one that was made.
        for decision in decisions:
            if decision["resource"] == self.key.partition("/")[0] + "/*":
                decision["resource"] = self.key
        keys = {d["resource"] for d in decisions if ":kms:" in d["resource"] and ":key/" in d["resource"]}
        key_policies = {k: self.key_policy(k) for k in keys}
        cases = [{"principal": d["principal"], "action": d["action"], "resource": d["resource"],
                  # One value is no list to a condition on a single value.
                  "context": {k: v if len(v) != 1 or k == "aws:TagKeys" else v[0] for k, v in d["context"].items()},
                  "identityPolicies": roles[d["role"]], "resourcePolicy": key_policies.get(d["resource"])}
                 for d in decisions]
        for decision, answer in zip(decisions, simulate(cases)):
            with self.subTest(action=decision["action"], resource=decision["resource"]):
                expected = "Allowed" if decision["is_allowed"] else "ImplicitlyDenied"
                self.assertEqual(expected, answer["verdict"], f"{decision}\nignored: {answer['ignored']}")
        return decisions

    # The stories.

    def test_the_roles_suffice(self):
        """Everything that happened in two days, with a digest and a dead letter, is allowed by both."""
        account, stack = self.account, self.stack
        first = account.names(harness.TARGET)
        account.advance("72h")
        self.assertEqual(1, len(first))
        self.assertNotIn(first[0], account.names(harness.TARGET), "retention has not begun")
        account.client("kms", harness.TARGET).disable_key(KeyId=self.key)
        account.advance("30h")
        account.client("kms", harness.TARGET).enable_key(KeyId=self.key)
        self.assertGreater(stack.dead_letters(), 0)
        decisions = self.compare(self.asked())
        # A stack that comes again finds the key of the first, and tends it; this time it has a policy file.
        stack.delete()
        account.client("kms", harness.TARGET).disable_key_rotation(KeyId=self.key)
        self.policy_file()
        account.emulator.control("DELETE", "access")
        stack = self.deploy(PolicyParameter=serverless.POLICY_PARAMETER)
        self.assertEqual(self.key, stack.outputs["DestinationKeyArn"])
        self.two_days_of_a_cluster(stack)
        decisions += self.compare(self.asked())
        self.assertEqual([], [d for d in decisions if not d["is_allowed"]])
        # No action of the policies is left out of the comparison.
        seen = {d["action"].lower() for d in decisions}
        for role in ("TickRole", "KeyRole"):
            arn = account.client("iam").get_role(RoleName=stack.ids[role])["Role"]["Arn"]
            for statement in (s for p in self.policies(arn) for s in p["policy"]["Statement"]):
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    self.assertTrue(any(s.startswith(action.lower().rstrip("*")) for s in seen), action)

    def policy_file(self):
        """A cluster, and what RDS took by itself of a cluster and of a DB instance."""
        account = self.account
        for cluster in ("ledger", "archive"):
            account.create_cluster(cluster)
        account.take_automated_snapshot("archive", "cluster")
        account.take_automated_snapshot(OWN_KEY_DATABASE)
        account.put_policies(serverless.policy_of("taken", ["ledger"], self.key),
                             serverless.policy_of("automated", ["archive", OWN_KEY_DATABASE], self.key,
                                                  source_of_copy="latest-automated"))

    def two_days_of_a_cluster(self, stack):
        account = self.account
        account.client("events").disable_rule(Name=stack.ids["SweepRule"])
        for length in ("6h", "24h", "6h"):
            stack.invoke(action="apply")
            account.advance(length)
        # Its first snapshot and copy have made room for the second ones; of the others there is one each.
        taken = [s["DBClusterSnapshotIdentifier"] for s in account.cluster_snapshots(harness.SOURCE)]
        copies = [s["DBClusterSnapshotIdentifier"] for s in account.cluster_snapshots(harness.TARGET)]
        self.assertEqual((1, 2), (len(taken), len(copies)), (taken, copies))
        deleted = {d["resource"].split(":")[3] for d in self.asked() if d["action"] == "rds:DeleteDBClusterSnapshot"}
        self.assertEqual({harness.SOURCE, harness.TARGET}, deleted)
        self.assertEqual(1, len(account.names(harness.TARGET, "rds-auto-copy-automated-")))

    def test_everything_else_is_refused(self):
        """Calls of the function's role that are none of its business: refused by both."""
        account, stack = self.account, self.stack
        rds = account.client("rds")
        theirs = [("somebody-1", OWN_KEY_DATABASE), ("rds-auto-snapshot-20200101000000", harness.DATABASE)]
        for name, database in theirs:
            rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=database)
        account.take_automated_snapshot(OWN_KEY_DATABASE)
        account.create_cluster("ledger")
        for name in ("somebody-1", "rds-auto-snapshot-1"):
            rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier="ledger")
            account.advance("1h")
        account.client("sqs").create_queue(QueueName="theirs")
        account.client("sns").create_topic(Name="theirs")
        account.emulator.control("DELETE", "access")
        session = self.session_of("TickRole")
        self.refuse(self.outside(session))
        self.assertGreaterEqual(self.count_of_refusals(), 15)
        # With a policy file the role may do more, and no more than that.
        account.put_policies(serverless.policy_of("taken", ["ledger"], self.key))
        stack.update(PolicyParameter=serverless.POLICY_PARAMETER)
        account.emulator.control("DELETE", "access")
        self.refuse(self.outside_with_policy_file(session))
        self.assertGreaterEqual(self.count_of_refusals(), 8)

    def refuse(self, calls):
        for name, call in calls:
            with self.subTest(name):
                with self.assertRaises(botocore.exceptions.ClientError) as refusal:
                    call()
                code = refusal.exception.response["Error"]["Code"]
                self.assertIn(code, ("AccessDenied", "AccessDeniedException", "AuthorizationError",
                                     "KMSKeyNotAccessibleFault", "KMSAccessDenied"), str(refusal.exception))

    def count_of_refusals(self):
        return len([d for d in self.compare(self.asked()) if not d["is_allowed"]])

    def session_of(self, role):
        """A session of the role for ourselves: its trust is widened for it, its policies are not."""
        iam, name = self.account.client("iam"), self.stack.ids[role]
        described = iam.get_role(RoleName=name)["Role"]
        trust = described["AssumeRolePolicyDocument"]
        trust["Statement"].append({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{harness.ACCOUNT}:root"},
                                   "Action": "sts:AssumeRole"})
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        issued = self.account.client("sts").assume_role(RoleArn=described["Arn"], RoleSessionName="probe")["Credentials"]
        return boto3.Session(aws_access_key_id=issued["AccessKeyId"], aws_session_token=issued["SessionToken"],
                             aws_secret_access_key=issued["SecretAccessKey"])

    def outside(self, session):
        """(name, call) of each thing that the role may not do."""
        def client(service, region=harness.SOURCE):
            return session.client(service, region_name=region, endpoint_url=self.account.emulator.endpoint)

        source, target, elsewhere = (client("rds", r) for r in (harness.SOURCE, harness.TARGET, ELSEWHERE))
        ours = [{"Key": "snapferry:policy", "Value": serverless.STACK}]
        theirs = [{"Key": "snapferry:policy", "Value": "another"}]
        snapshot = f"arn:aws:rds:{harness.SOURCE}:{harness.ACCOUNT}:snapshot:"
        newest = snapshot + self.account.names(harness.SOURCE, "rds-auto-snapshot-2")[-1]
        yield "delete another prefix", lambda: source.delete_db_snapshot(DBSnapshotIdentifier="somebody-1")
        yield "delete what is not tagged", lambda: source.delete_db_snapshot(
            DBSnapshotIdentifier="rds-auto-snapshot-20200101000000")
        yield "tag it first, as another's", lambda: source.add_tags_to_resource(
            ResourceName=snapshot + "rds-auto-snapshot-20200101000000", Tags=theirs)
        yield "tag another prefix", lambda: source.add_tags_to_resource(ResourceName=snapshot + "somebody-1", Tags=ours)
        yield "take a tag away", lambda: source.remove_tags_from_resource(ResourceName=newest, TagKeys=["snapferry:policy"])
        yield "another database", lambda: source.create_db_snapshot(
            DBInstanceIdentifier=harness.DATABASE, DBSnapshotIdentifier="rds-auto-snapshot-1", Tags=ours)
        yield "another name", lambda: source.create_db_snapshot(
            DBInstanceIdentifier=OWN_KEY_DATABASE, DBSnapshotIdentifier="mine", Tags=ours)
        yield "copy under another name", lambda: target.copy_db_snapshot(
            SourceDBSnapshotIdentifier=newest, TargetDBSnapshotIdentifier="mine", KmsKeyId=self.key, Tags=ours)
        yield "copy another's", lambda: target.copy_db_snapshot(
            SourceDBSnapshotIdentifier=snapshot + "somebody-1", TargetDBSnapshotIdentifier="rds-auto-copy-1",
            KmsKeyId=self.key, Tags=ours)
        yield "copy under another key", lambda: target.copy_db_snapshot(
            SourceDBSnapshotIdentifier=newest, TargetDBSnapshotIdentifier="rds-auto-copy-1",
            KmsKeyId=harness.KEY, Tags=ours)
        yield "share", lambda: source.modify_db_snapshot_attribute(
            DBSnapshotIdentifier=newest.rpartition(":")[2], AttributeName="restore", ValuesToAdd=["210987654321"])
        yield "another region", lambda: elsewhere.describe_db_snapshots()
        # Clusters, and what RDS took by itself, are for a stack with a policy file only.
        (automated,) = self.account.client("rds").describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
        yield "copy an automated one", lambda: target.copy_db_snapshot(
            SourceDBSnapshotIdentifier=automated["DBSnapshotArn"], TargetDBSnapshotIdentifier="rds-auto-copy-1",
            KmsKeyId=self.key, Tags=ours)
        yield "look at clusters", lambda: source.describe_db_clusters()
        yield "look at snapshots of clusters", lambda: source.describe_db_cluster_snapshots()
        yield "a cluster", lambda: source.create_db_cluster_snapshot(
            DBClusterIdentifier="ledger", DBClusterSnapshotIdentifier="rds-auto-snapshot-2", Tags=ours)
        yield "copy a cluster's", lambda: target.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=CLUSTER_SNAPSHOT + "rds-auto-snapshot-1",
            TargetDBClusterSnapshotIdentifier="rds-auto-copy-1", KmsKeyId=self.key, Tags=ours)
        yield "delete a cluster's", lambda: source.delete_db_cluster_snapshot(
            DBClusterSnapshotIdentifier="rds-auto-snapshot-1")
        yield "delete the database", lambda: source.delete_db_instance(
            DBInstanceIdentifier=OWN_KEY_DATABASE, SkipFinalSnapshot=True)
        for region, key in ((harness.SOURCE, self.source_key), (harness.TARGET, self.key)):
            kms = client("kms", region)
            yield "encrypt, not through RDS", lambda k=kms, i=key: k.encrypt(KeyId=i, Plaintext=b"x")
            yield "data key, not through RDS", lambda k=kms, i=key: k.generate_data_key(KeyId=i, KeySpec="AES_256")
            yield "grant, not through RDS", lambda k=kms, i=key: k.create_grant(
                KeyId=i, GranteePrincipal=f"arn:aws:iam::{harness.ACCOUNT}:root", Operations=["Decrypt"])
            yield "key policy", lambda k=kms, i=key: k.put_key_policy(KeyId=i, PolicyName="default", Policy="{}")
            yield "delete the key", lambda k=kms, i=key: k.schedule_key_deletion(KeyId=i)
        queue = self.account.client("sqs").get_queue_url(QueueName="theirs")["QueueUrl"]
        yield "another queue", lambda: client("sqs").send_message(QueueUrl=queue, MessageBody="x")
        yield "read dead letters", lambda: client("sqs").receive_message(
            QueueUrl=self.stack.outputs["DeadLetterQueueUrl"])
        yield "another topic", lambda: client("sns").publish(
            TopicArn=f"arn:aws:sns:{harness.SOURCE}:{harness.ACCOUNT}:theirs", Message="x")
        yield "another log", lambda: client("logs").create_log_stream(
            logGroupName=self.stack.ids["KeyLog"], logStreamName="x")
        yield "its own role", lambda: client("iam").get_role(RoleName=self.stack.ids["TickRole"])
        yield "itself", lambda: client("lambda").invoke(FunctionName=self.stack.function)

    def outside_with_policy_file(self, session):
        source, target, elsewhere = (
            session.client("rds", region_name=r, endpoint_url=self.account.emulator.endpoint)
            for r in (harness.SOURCE, harness.TARGET, ELSEWHERE))
        (automated,) = self.account.client("rds").describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
        ours = [{"Key": "snapferry:policy", "Value": "taken"}]
        others = [{"Key": "team", "Value": "data"}]
        yield "delete a cluster's of another prefix", lambda: source.delete_db_cluster_snapshot(
            DBClusterSnapshotIdentifier="somebody-1")
        yield "delete a cluster's that is not tagged", lambda: source.delete_db_cluster_snapshot(
            DBClusterSnapshotIdentifier="rds-auto-snapshot-1")
        yield "tag a cluster's of another prefix", lambda: source.add_tags_to_resource(
            ResourceName=CLUSTER_SNAPSHOT + "somebody-1", Tags=ours)
        yield "tag without a policy's name", lambda: source.add_tags_to_resource(
            ResourceName=CLUSTER_SNAPSHOT + "rds-auto-snapshot-1", Tags=others)
        yield "take a cluster's under another name", lambda: source.create_db_cluster_snapshot(
            DBClusterIdentifier="ledger", DBClusterSnapshotIdentifier="mine", Tags=ours)
        yield "copy another's cluster snapshot", lambda: target.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=CLUSTER_SNAPSHOT + "somebody-1",
            TargetDBClusterSnapshotIdentifier="rds-auto-copy-1", KmsKeyId=self.key, Tags=ours)
        yield "copy a cluster's under another name", lambda: target.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=CLUSTER_SNAPSHOT + "rds-auto-snapshot-1",
            TargetDBClusterSnapshotIdentifier="mine", KmsKeyId=self.key, Tags=ours)
        yield "copy an automated one under another name", lambda: target.copy_db_snapshot(
            SourceDBSnapshotIdentifier=automated["DBSnapshotArn"], TargetDBSnapshotIdentifier="mine",
            KmsKeyId=self.key, Tags=ours)
        yield "copy an automated one beside the database", lambda: source.copy_db_snapshot(
            SourceDBSnapshotIdentifier=automated["DBSnapshotArn"], TargetDBSnapshotIdentifier="mine", Tags=ours)
        yield "clusters of another region", lambda: elsewhere.describe_db_clusters()
        yield "share a cluster's", lambda: source.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="rds-auto-snapshot-1", AttributeName="restore",
            ValuesToAdd=["210987654321"])
        yield "delete the cluster", lambda: source.delete_db_cluster(
            DBClusterIdentifier="ledger", SkipFinalSnapshot=True)


if __name__ == "__main__":
    serverless.require_judges()
    harness.require((NPM / "node_modules" / "@cloud-copilot" / "iam-simulate").exists(), "@cloud-copilot/iam-simulate")
    unittest.main()
