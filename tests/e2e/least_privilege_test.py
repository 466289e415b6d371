#!/usr/bin/env python3
"""Least privilege, both ways: the roles suffice, and without any single action something fails.

The policies are read from the deployed roles, so that an action added to the template without a
story that needs it fails here. A statement goes with its last action, so statements are covered too.
SPDX-License-Identifier: Apache-2.0
"""

import copy
import http.server
import json
import threading
import time
import unittest

import harness
import serverless

# What RDS asks of whoever has it use a key.
ON_KEYS = [("LookAtKey", "kms:DescribeKey"), ("LetRdsUseKey", "kms:CreateGrant"),
           *(("UseKeyThroughRds", action)
             for action in ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"))]
OWN_KEY_DATABASE = "own-key"
CLUSTER = "ledger"


class Responses:
    """Where a custom resource's answers go: what CloudFormation's presigned URL is otherwise."""

    def __init__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/answer"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class LeastPrivilegeTest(serverless.ServerlessTest):
    """A stack whose database is encrypted under a key of the user's own, so that HasSourceKey holds."""

    def setUp(self):
        super().setUp()
        account = self.account
        template = account.package(self.folder)
        source_key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
        account.emulator.create_database(OWN_KEY_DATABASE, StorageEncrypted="true", KmsKeyId=source_key)
        self.stack = account.deploy_quickly(template, RDSInstanceIdentifier=OWN_KEY_DATABASE,
                                            SourceKmsKeyArn=source_key, SnapshotRetentionDays="1",
                                            CopyRetentionDays="1")
        # Nothing happens but what is asked for.
        for rule in ("DailyRule", "SweepRule", "SnapshotRule"):
            account.client("events").disable_rule(Name=self.stack.ids[rule])
        self.iam = account.client("iam")
        self.responses = Responses()
        self.addCleanup(self.responses.stop)
        self.done = set()
        self.said = None

    # Policies.

    def policies(self, role):
        """{name: document} of a role, by its logical id."""
        name = self.stack.ids[role]
        found = self.iam.list_role_policies(RoleName=name)["PolicyNames"]
        return {n: self.iam.get_role_policy(RoleName=name, PolicyName=n)["PolicyDocument"] for n in found}

    def actions(self, role):
        """(policy, sid, action) of everything that a role may do."""
        for policy, document in self.policies(role).items():
            for statement in document["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    yield policy, statement["Sid"], action

    def put(self, role, policy, document):
        self.iam.put_role_policy(RoleName=self.stack.ids[role], PolicyName=policy,
                                 PolicyDocument=json.dumps(document))

    def without(self, role, missing, scenario):
        """What the scenario says while (sid, action) pairs are missing from a role."""
        before = self.policies(role)
        left = set(missing)
        for policy, document in before.items():
            changed = copy.deepcopy(document)
            for statement in changed["Statement"]:
                actions = statement["Action"]
                actions = {actions} if isinstance(actions, str) else set(actions)
                gone = {a for a in actions if (statement["Sid"], a) in missing}
                left -= {(statement["Sid"], a) for a in gone}
                statement["Action"] = sorted(actions - gone)
            changed["Statement"] = [s for s in changed["Statement"] if s["Action"]]
            if not changed["Statement"]:
                self.iam.delete_role_policy(RoleName=self.stack.ids[role], PolicyName=policy)
            elif changed["Statement"] != document["Statement"]:
                self.put(role, policy, changed)
        self.assertEqual(set(), left, f"{role} does not have these")
        try:
            return scenario()
        finally:
            for policy, document in before.items():
                self.put(role, policy, document)

    def need(self, role, scenario, *wanted):
        """`scenario` fails without any one of `wanted`, and works with all of them."""
        for sid, action in wanted:
            with self.subTest(role=role, sid=sid, action=action):
                self.assertFalse(self.without(role, {(sid, action)}, scenario), self.said)
        self.assertTrue(scenario(), f"{wanted} with all rights: {self.said}")
        self.done |= {(role, sid, action) for sid, action in wanted}

    # Scenarios: each says whether the job was done.

    def apply(self):
        answer, is_failed = self.stack.invoke(action="apply")
        self.said = json.dumps(answer)
        return not is_failed and answer["acted_count"] > 0

    def look(self):
        """Status with all that it is made of."""
        answer, is_failed = self.stack.invoke(action="status")
        return not is_failed and all(p["quota_max"] and not p["error"] for p in answer["places"])

    def bury(self):
        """An event that fails is among the dead letters."""
        before = self.stack.dead_letters()
        self.account.client("lambda").invoke(FunctionName=self.stack.function, InvocationType="Event",
                                             Payload=b'{"action": "no such thing"}')
        self.account.advance("15m")
        return self.stack.dead_letters() > before

    def digest(self):
        """A failing run's digest is in the outbox."""
        before = len(self.account.outbox())
        self.stack.invoke(action="apply", alert=True)
        return len(self.account.outbox()) > before

    def log(self):
        before = len(self.stack.log())
        # Another environment has another stream.
        lambda_ = self.account.client("lambda")
        lambda_.update_function_configuration(FunctionName=self.stack.function, Description=f"log {time.time_ns()}")
        self.stack.invoke(action="status")
        return len(self.stack.log()) > before

    def make_key(self, stack=serverless.STACK, alias=f"alias/snapferry-{serverless.STACK}"):
        """The custom resource's own function says SUCCESS."""
        event = {"RequestType": "Create", "ResponseURL": self.responses.url, "StackId": "arn:of-the-stack",
                 "RequestId": "1", "ResourceType": "Custom::SnapferryKey", "LogicalResourceId": "DestinationKey",
                 "ResourceProperties": {"ServiceToken": "arn", "Region": harness.TARGET, "AliasName": alias,
                                        "StackName": stack, "RoleArn": self.role_arn("TickRole")}}
        before = len(self.responses.received)
        self.stack.invoke(function=self.stack.ids["KeyFunction"], **event)
        self.assertEqual(before + 1, len(self.responses.received), "the key's maker did not answer")
        self.said = self.responses.received[-1]
        return self.said["Status"] == "SUCCESS"

    def role_arn(self, role):
        return self.iam.get_role(RoleName=self.stack.ids[role])["Role"]["Arn"]

    # The test.

    def test_every_action_is_needed(self):
        """One test, since the stack is deployed once."""
        self.tick()
        self.key_maker()
        self.forwarding()
        self.policy_parameter()
        for role in ("TickRole", "KeyRole", "ForwardRole"):
            for policy, sid, action in self.actions(role):
                self.assertIn((role, sid, action), self.done, f"{role}, {policy}: no story needs it")

    def tick(self):
        rds = harness.SOURCE, harness.TARGET
        self.need("TickRole", self.look, ("Look", "rds:DescribeDBInstances"), ("Look", "rds:DescribeDBSnapshots"),
                  ("Look", "rds:DescribeAccountAttributes"))
        self.need("TickRole", self.log, ("Log", "logs:CreateLogStream"), ("Log", "logs:PutLogEvents"))
        self.need("TickRole", self.bury, ("BuryEvents", "sqs:SendMessage"))
        # The first snapshot is due.
        self.need("TickRole", self.apply, ("TakeSnapshots", "rds:CreateDBSnapshot"),
                  ("MarkAsOurs", "rds:AddTagsToResource"))
        self.assertEqual((1, 0), tuple(len(self.account.names(r)) for r in rds))
        self.account.advance("3h")
        # Its copy is due, under one key from under another.
        self.need("TickRole", self.apply, ("CopySnapshots", "rds:CopyDBSnapshot"),
                  ("MarkAsOurs", "rds:AddTagsToResource"), *ON_KEYS)
        self.account.advance("6h")
        self.assertEqual(["available"], [s["Status"] for s in self.account.snapshots(harness.TARGET)])
        # Days later old ones are due to go, here and there.
        delete = ("DeleteOnlyOurs", "rds:DeleteDBSnapshot")
        for length in ("24h", "3h", "24h", "3h", "6h"):
            self.account.advance(length)
            self.without("TickRole", {delete}, self.apply)
        self.assertGreater(min(len(self.account.names(r)) for r in rds), 1)
        self.need("TickRole", self.apply, delete)
        # A key that is broken is something to tell.
        key = self.stack.outputs["DestinationKeyArn"]
        self.account.client("kms", harness.TARGET).disable_key(KeyId=key)
        self.account.advance("24h")
        self.apply()
        self.account.advance("3h")
        self.need("TickRole", self.digest, ("Alert", "sns:Publish"), ("EncryptAlerts", "kms:GenerateDataKey"),
                  ("EncryptAlerts", "kms:Decrypt"))
        self.account.client("kms", harness.TARGET).enable_key(KeyId=key)

    def key_maker(self):
        kms = self.account.client("kms", harness.TARGET)
        alias = f"alias/snapferry-{serverless.STACK}"
        key = self.stack.outputs["DestinationKeyArn"]
        # A key that is there is tended.
        self.need("KeyRole", self.make_key, ("TendOurKey", "kms:DescribeKey"), ("TendOurKey", "kms:PutKeyPolicy"),
                  ("TendOurKey", "kms:GetKeyRotationStatus"))
        kms.disable_key_rotation(KeyId=key)
        self.need("KeyRole", self.make_key, ("TendOurKey", "kms:EnableKeyRotation"))

        # One that is not there is made and named.
        def make_another():
            kms.delete_alias(AliasName=alias)
            is_made = self.make_key()
            if not is_made and any(a["AliasName"] == alias for a in kms.list_aliases()["Aliases"]):
                raise AssertionError(f"half a key: {self.said}")
            if not is_made:
                kms.create_alias(AliasName=alias, TargetKeyId=key)
            return is_made

        self.need("KeyRole", make_another, ("MakeKey", "kms:CreateKey"), ("MakeKey", "kms:TagResource"),
                  ("NameKey", "kms:CreateAlias"), ("TendOurKey", "kms:CreateAlias"))
        self.need("KeyRole", self.log_of_key_maker, ("Log", "logs:CreateLogStream"), ("Log", "logs:PutLogEvents"))

    def log_of_key_maker(self):
        logs = self.account.client("logs")

        def count():
            return len(logs.filter_log_events(logGroupName=self.stack.ids["KeyLog"])["events"])

        before = count()
        self.account.client("lambda").update_function_configuration(
            FunctionName=self.stack.ids["KeyFunction"], Description=f"log {time.time_ns()}")
        self.make_key()
        return count() > before

    def forwarding(self):
        """The destination's own stack tells home that a copy is done, and its role may do nothing else."""
        account = self.account
        cloudformation = account.client("cloudformation", harness.TARGET)
        cloudformation.create_stack(
            StackName="Destination", TemplateBody=(serverless.DEPLOY / "destination.yaml").read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": "HomeStackName", "ParameterValue": "Another"}])
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="Destination", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        resources = cloudformation.describe_stack_resources(StackName="Destination")["StackResources"]
        self.stack.ids.update({r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources})
        queue = self.hear_of_copies()
        account.client("rds").create_db_snapshot(DBSnapshotIdentifier="s", DBInstanceIdentifier=OWN_KEY_DATABASE)
        account.advance("3h")

        def is_told():
            count = len(account.names(harness.TARGET))
            account.client("rds", harness.TARGET).copy_db_snapshot(
                SourceDBSnapshotIdentifier=f"arn:aws:rds:{harness.SOURCE}:{harness.ACCOUNT}:snapshot:s",
                TargetDBSnapshotIdentifier=f"rds-auto-copy-{count}", KmsKeyId=harness.KEY)
            account.advance("6h")
            heard = account.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
            return any(f"rds-auto-copy-{count}" in message["Body"] for message in heard)

        self.need("ForwardRole", is_told, ("Forward", "events:PutEvents"))

    def hear_of_copies(self):
        """Returns the URL of a queue at home that gets what is said of copies."""
        events, sqs = self.account.client("events"), self.account.client("sqs")
        arn = events.put_rule(Name="copies", EventPattern=json.dumps(
            {"source": ["aws.rds"], "detail": {"EventID": ["RDS-EVENT-0060"]}}))["RuleArn"]
        queue = f"arn:aws:sqs:{harness.SOURCE}:{harness.ACCOUNT}:copies"
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
             "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": arn}}}]}
        url = sqs.create_queue(QueueName="copies", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        events.put_targets(Rule="copies", Targets=[{"Id": "queue", "Arn": queue}])
        return url

    def policy_parameter(self):
        """What is there with a PolicyParameter only, and is needed then."""
        account = self.account
        before = {sid for _, sid, _ in self.actions("TickRole")}
        account.client("ssm").put_parameter(Name=serverless.POLICY_PARAMETER, Type="String", Value="version: 1\n")
        self.stack.update(PolicyParameter=serverless.POLICY_PARAMETER)
        account.client("events").disable_rule(Name=self.stack.ids["SnapshotRule"])
        added = {sid for _, sid, _ in self.actions("TickRole")} - before
        self.assertEqual({"ReadPolicy", "LookAtClusters", "TakeClusterSnapshots", "CopyClusterSnapshots",
                          "CopyAutomatedSnapshots", "MarkClusterSnapshotsAsOurs", "DeleteOnlyOurClusterSnapshots"},
                         added)

        def is_read():
            account.client("lambda").update_function_configuration(
                FunctionName=self.stack.function, Description=f"cold {time.time_ns()}")
            answer, _ = self.stack.invoke(action="plan")
            return "AccessDenied" not in json.dumps(answer)

        self.need("TickRole", is_read, ("ReadPolicy", "ssm:GetParameter"))
        self.clusters()
        self.automated_snapshots()

    def clusters(self):
        account = self.account
        account.create_cluster(CLUSTER)
        account.put_policies(serverless.policy_of("clusters", [CLUSTER], self.stack.outputs["DestinationKeyArn"]))

        def look():
            """A plan without a problem."""
            self.said, is_failed = self.stack.invoke(action="plan")
            return not is_failed and not self.said["problems"]

        self.need("TickRole", look, ("LookAtClusters", "rds:DescribeDBClusters"),
                  ("LookAtClusters", "rds:DescribeDBClusterSnapshots"))
        mark = ("MarkClusterSnapshotsAsOurs", "rds:AddTagsToResource")
        self.need("TickRole", self.apply, ("TakeClusterSnapshots", "rds:CreateDBClusterSnapshot"), mark)
        account.advance("3h")
        self.need("TickRole", self.apply, ("CopyClusterSnapshots", "rds:CopyDBClusterSnapshot"), mark)
        account.advance("6h")
        self.assertEqual(["available"], [s["Status"] for s in account.cluster_snapshots(harness.TARGET)])
        # A day later the first ones are due to go, here and there.
        delete = ("DeleteOnlyOurClusterSnapshots", "rds:DeleteDBClusterSnapshot")
        for length in ("24h", "3h", "6h"):
            account.advance(length)
            self.without("TickRole", {delete}, self.apply)
        regions = (harness.SOURCE, harness.TARGET)
        self.assertEqual([2, 2], [len(account.cluster_snapshots(r)) for r in regions])
        self.need("TickRole", self.apply, delete)
        account.advance("1h")
        self.assertEqual([1, 1], [len(account.cluster_snapshots(r)) for r in regions])

    def automated_snapshots(self):
        """What RDS took by itself is copied, of DB instances and of clusters."""
        account = self.account
        for database, kind, action in ((OWN_KEY_DATABASE, "instance", "rds:CopyDBSnapshot"),
                                       (CLUSTER, "cluster", "rds:CopyDBClusterSnapshot")):
            account.put_policies(serverless.policy_of(f"automated-{kind}", [database],
                                                      self.stack.outputs["DestinationKeyArn"],
                                                      source_of_copy="latest-automated"))
            account.take_automated_snapshot(database, kind)
            self.need("TickRole", self.apply, ("CopyAutomatedSnapshots", action))


if __name__ == "__main__":
    serverless.require_judges()
    unittest.main()
