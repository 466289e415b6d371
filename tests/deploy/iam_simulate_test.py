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
        self.deploy = lambda: account.deploy_quickly(
            template, RDSInstanceIdentifier=OWN_KEY_DATABASE, SourceKmsKeyArn=self.source_key,
            SnapshotRetentionDays="1", CopyRetentionDays="1")
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
        # A stack that comes again finds the key of the first, and tends it.
        stack.delete()
        account.client("kms", harness.TARGET).disable_key_rotation(KeyId=self.key)
        account.emulator.control("DELETE", "access")
        stack = self.deploy()
        self.assertEqual(self.key, stack.outputs["DestinationKeyArn"])
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

    def test_everything_else_is_refused(self):
        """Calls of the function's role that are none of its business: refused by both."""
        account, stack = self.account, self.stack
        rds = account.client("rds")
        theirs = [("somebody-1", OWN_KEY_DATABASE), ("rds-auto-snapshot-20200101000000", harness.DATABASE)]
        for name, database in theirs:
            rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=database)
        account.advance("1h")
        account.client("sqs").create_queue(QueueName="theirs")
        account.client("sns").create_topic(Name="theirs")
        account.emulator.control("DELETE", "access")
        for name, call in self.outside(self.session_of("TickRole")):
            with self.subTest(name):
                with self.assertRaises(botocore.exceptions.ClientError) as refusal:
                    call()
                code = refusal.exception.response["Error"]["Code"]
                self.assertIn(code, ("AccessDenied", "AccessDeniedException", "AuthorizationError",
                                     "KMSKeyNotAccessibleFault", "KMSAccessDenied"), str(refusal.exception))
        decisions = self.compare(self.asked())
        self.assertGreaterEqual(len([d for d in decisions if not d["is_allowed"]]), 15)

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


if __name__ == "__main__":
    serverless.require_judges()
    harness.require((NPM / "node_modules" / "@cloud-copilot" / "iam-simulate").exists(), "@cloud-copilot/iam-simulate")
    unittest.main()
