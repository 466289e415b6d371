#!/usr/bin/env python3
"""doctor names what is missing, and what it prints mends it: a closed loop, right by right.

A role with everything is sound; without any single right doctor says which, the statement it prints
is added to the role as it is, and doctor is content again.
SPDX-License-Identifier: Apache-2.0
"""

import copy
import json
import pathlib
import tempfile

import harness

try:
    import boto3
    import botocore.config
except ImportError:
    boto3 = None

ACCOUNT, SOURCE, TARGET = harness.ACCOUNT, harness.SOURCE, harness.TARGET
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/backup"
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}]}
SNAPSHOTS = [f"arn:aws:rds:{SOURCE}:{ACCOUNT}:snapshot:rds-auto-snapshot-*",
             f"arn:aws:rds:{TARGET}:{ACCOUNT}:snapshot:rds-auto-copy-*"]


def allow(actions, resources="*", **conditions):
    return {"Effect": "Allow", "Action": actions, "Resource": resources,
            **({"Condition": conditions} if conditions else {})}


class DoctorTest(harness.EmulatorTest):
    """With time that stands still, so that sessions last."""

    speed = 0

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="snapferry-doctor-")
        self.addCleanup(self.folder.cleanup)
        self.iam, self.kms = self.client("iam"), self.client("kms", TARGET)
        self.source_key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.emulator.create_database("own-key", StorageEncrypted="true", KmsKeyId=self.source_key)
        self.target_key = self.kms.describe_key(KeyId=harness.KEY)["KeyMetadata"]["Arn"]
        self.iam.create_role(RoleName="backup", AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=43200)
        self.session = self.client("sts").assume_role(
            RoleArn=ROLE_ARN, RoleSessionName="me", DurationSeconds=43200)["Credentials"]

    def client(self, service, region=SOURCE):
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key=harness.SECRET, region_name=region)
        return session.client(service, endpoint_url=self.emulator.endpoint,
                              config=botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"}))

    def whole(self):
        """A statement for each group of rights, as the templates have them."""
        keys = [self.source_key, self.target_key]
        via = {"kms:ViaService": [f"rds.{r}.amazonaws.com" for r in (SOURCE, TARGET)]}
        marked = {"aws:RequestTag/snapferry:policy": "default"}
        return [
            allow(["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:DescribeAccountAttributes"]),
            allow(["rds:CreateDBSnapshot"], [f"arn:aws:rds:{SOURCE}:{ACCOUNT}:db:own-key", SNAPSHOTS[0]]),
            allow(["rds:CopyDBSnapshot"], SNAPSHOTS),
            allow(["rds:AddTagsToResource"], SNAPSHOTS, StringEquals=marked),
            allow(["rds:DeleteDBSnapshot"], SNAPSHOTS, StringEquals={"aws:ResourceTag/snapferry:policy": "default"}),
            allow(["kms:DescribeKey", "kms:GetKeyPolicy"], keys),
            allow(["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
                   "kms:GenerateDataKeyWithoutPlaintext"], keys, StringEquals=via),
            allow(["kms:CreateGrant"], keys, StringEquals=via, Bool={"kms:GrantIsForAWSResource": "true"}),
            allow(["iam:SimulatePrincipalPolicy"], ROLE_ARN),
        ]

    def put(self, statements):
        self.iam.put_role_policy(RoleName="backup", PolicyName="p", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": statements}))

    def doctor(self, *more, root=False):
        session = {} if root else {"AWS_ACCESS_KEY_ID": self.session["AccessKeyId"],
                                   "AWS_SECRET_ACCESS_KEY": self.session["SecretAccessKey"],
                                   "AWS_SESSION_TOKEN": self.session["SessionToken"]}
        return self.verb("doctor", "--keep-days", "7", "--copy-keep-days", "30", *more, db="own-key",
                         environment=self.emulator.environment(**session))

    def document(self, code, *more, **options):
        result = self.expect(self.doctor("--json", *more, **options), code)
        answer = json.loads(result.out)
        self.assertEqual({"type", "now", "principal", "is_good", "checks", "statements", "totals"}, set(answer))
        for check in answer["checks"]:
            self.assertEqual({"id", "region", "subject", "state", "text", "hint", "statement"}, set(check))
        self.assertEqual(len(answer["checks"]), sum(answer["totals"].values()))
        return answer

    def states(self, answer, *states):
        return sorted({c["id"] for c in answer["checks"] if c["state"] in states})

    def mend(self, statements, answer, wanted="fail"):
        """Adds what doctor says, as it is; returns whether there was anything."""
        mendings = [m for m in answer["statements"] if m["for"] == wanted]
        for mending in mendings:
            if mending["kind"] == "iam":
                self.assertEqual(ROLE_ARN, mending["resource"])
                statements.append(mending["statement"])
            else:
                self.add_to_key(mending["resource"], mending["statement"])
        self.put(statements)
        return bool(mendings)

    def add_to_key(self, arn, statement):
        kms = self.client("kms", arn.split(":")[3])
        policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
        policy["Statement"].append(statement)
        kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=json.dumps(policy),
                           BypassPolicyLockoutSafetyCheck=True)

    # What takes a right away shows here.
    EXPECTED = {
        "rds:DescribeDBInstances": ["list_databases"], "rds:DescribeDBSnapshots": ["list_snapshots"],
        "rds:CreateDBSnapshot": ["create_snapshot"],
        "rds:CopyDBSnapshot": ["copy_snapshot", "copy_source"], "rds:AddTagsToResource": ["tag_snapshot"],
        "rds:DeleteDBSnapshot": ["delete_snapshot"], "kms:DescribeKey": ["describe_key"],
        "kms:CreateGrant": ["grant_key"],
        **{f"kms:{a}": ["use_key"] for a in ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo",
                                             "GenerateDataKeyWithoutPlaintext")},
        # Without these less is checked, and nothing fails.
        "rds:DescribeAccountAttributes": [], "kms:GetKeyPolicy": [], "iam:SimulatePrincipalPolicy": []}
    # Of those that are asked for together, some stand for all.
    STAND_BACK = {"kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"}

    def test_what_it_prints_mends_what_it_names(self):
        """Every right of a sound role is taken away, named, and given back by what doctor prints."""
        whole = self.whole()
        self.put(whole)
        sound = self.document(harness.DONE)
        self.assertEqual([], self.states(sound, "warn", "fail", "not_checked"), sound)
        self.assertEqual([], sound["statements"])
        rights = [(at, action) for at, s in enumerate(whole) for action in s["Action"]]
        self.assertEqual(set(self.EXPECTED), {action for _, action in rights})
        for at, action in rights:
            if action in self.STAND_BACK:
                continue
            with self.subTest(action=action):
                statements = copy.deepcopy(whole)
                statements[at]["Action"].remove(action)
                if not statements[at]["Action"]:
                    del statements[at]
                self.put(statements)
                wanted = self.EXPECTED[action]
                sick = self.document(harness.NOT_MET if wanted else harness.DONE)
                self.assertEqual(wanted, self.states(sick, "fail"), sick)
                if wanted:
                    self.assertEqual({action}, {a for m in sick["statements"] if m["for"] == "fail"
                                                for a in self.texts(m["statement"]["Action"])})
                else:
                    self.assertNotEqual([], self.states(sick, "not_checked"))
                self.assertTrue(self.mend(statements, sick, "fail" if wanted else "not_checked"))
                # Of the database's own key less was told.
                if action == "kms:DescribeKey":
                    self.assertEqual(["source_key"], self.states(sick, "not_checked"))
                    self.assertTrue(self.mend(statements, sick, "not_checked"))
                # This call is asked about two resources, and a refusal names the first.
                if action == "rds:DescribeDBSnapshots":
                    self.assertTrue(self.mend(statements, self.document(harness.NOT_MET)))
                well = self.document(harness.DONE)
                self.assertEqual([], self.states(well, "warn", "fail", "not_checked"), well)

    @staticmethod
    def texts(value):
        return [value] if isinstance(value, str) else value

    def test_from_nothing_to_a_copy(self):
        """A role without any right becomes one that copies, by what doctor prints alone."""
        statements = [allow(["sts:GetCallerIdentity"])]
        self.put(statements)
        for _ in range(6):
            result = self.doctor("--json")
            answer = json.loads(result.out)
            mended = self.mend(statements, answer, "fail") | self.mend(statements, answer, "not_checked")
            if not mended:
                break
        well = self.document(harness.DONE)
        self.assertEqual([], self.states(well, "fail", "not_checked"), well)
        role = {"AWS_ACCESS_KEY_ID": self.session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": self.session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": self.session["SessionToken"]}
        environment = self.emulator.environment(**role)
        self.expect(self.verb("apply", "--now", db="own-key", environment=environment), harness.DONE)
        self.emulator.advance("3h")
        # The snapshot is there: its copy begins with the rights that doctor named.
        self.expect(self.verb("apply", db="own-key", environment=environment), harness.DONE)
        self.assertIn("CopyDBSnapshot", self.emulator.operations())

    def test_a_key_that_lets_nobody_in(self):
        self.put(self.whole())
        admin = {"Sid": "OnlyAdmins", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
                 "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}}
        policy = json.loads(self.kms.get_key_policy(KeyId=self.target_key, PolicyName="default")["Policy"])
        look = {"Sid": "Look", "Effect": "Allow", "Action": ["kms:DescribeKey", "kms:GetKeyPolicy"], "Resource": "*",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
        self.kms.put_key_policy(KeyId=self.target_key, PolicyName="default", BypassPolicyLockoutSafetyCheck=True,
                                Policy=json.dumps({**policy, "Statement": [admin, look]}))
        sick = self.document(harness.NOT_MET)
        self.assertEqual(["grant_key", "key_policy", "use_key"], self.states(sick, "fail"), sick)
        self.assertEqual({"key_policy"}, {m["kind"] for m in sick["statements"]})
        self.assertTrue(self.mend(self.whole(), sick))
        self.assertEqual([], self.states(self.document(harness.DONE), "fail", "not_checked"))

    def test_keys_and_regions_that_are_not_as_they_should_be(self):
        self.kms.disable_key(KeyId=self.target_key)
        text = self.expect(self.doctor(root=True), harness.NOT_MET).out
        self.assertIn("FAIL", text)
        self.assertIn(f"aws kms enable-key --region {TARGET}", text)
        self.kms.enable_key(KeyId=self.target_key)
        self.client("kms").schedule_key_deletion(KeyId=self.source_key, PendingWindowInDays=7)
        self.assertEqual(["source_key"], self.states(self.document(harness.NOT_MET, root=True), "fail"))

    def test_nobody_is_let_in(self):
        result = self.verb("doctor", "--json", environment=self.emulator.environment(
            AWS_SECRET_ACCESS_KEY="wrong"))
        self.expect(result, harness.FAILED)
        self.assertEqual("exit_error", json.loads(result.out)["type"])

    def test_a_policy_file(self):
        """Several policies at once, a topic, a database that is not there."""
        topic = self.client("sns").create_topic(Name="alerts")["TopicArn"]
        file = pathlib.Path(self.folder.name) / "fleet.yaml"
        file.write_text(f"""
version: 1
policies:
  - name: production
    source: {{region: {SOURCE}}}
    databases: [{{id: own-key}}, {{id: nobody}}]
    schedule: rate(1 day)
    snapshot: {{name: "rds-auto-snapshot-{{db}}-{{time}}", keep: {{days: 7}}}}
    targets:
      - region: {TARGET}
        keys: {{default: {harness.KEY}}}
        name: "rds-auto-copy-{{db}}-{{time}}"
        keep: {{last: 3}}
    rpo: 26h
    alerts: {{topic: "{topic}"}}
""")
        role = {"AWS_ACCESS_KEY_ID": self.session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": self.session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": self.session["SessionToken"]}
        statements = self.whole()

        def failed():
            self.put(statements)
            result = self.snapferry("doctor", "--policy", str(file), "--json",
                                    environment=self.emulator.environment(**role))
            answer = json.loads(self.expect(result, harness.NOT_MET).out)
            return {c["id"]: c for c in answer["checks"] if c["state"] == "fail"}

        # A file may mean clusters as well: the role was made without, so nobody knows whether one is there.
        sick = failed()
        self.assertNotIn("databases", sick)
        for check, action in (("list_databases", "rds:DescribeDBClusters"),
                              ("list_snapshots", "rds:DescribeDBClusterSnapshots")):
            self.assertEqual(action, sick[check]["statement"]["Action"])
            statements.append(allow(action))
        sick = failed()
        self.assertIn("nobody", sick["databases"]["text"])
        self.assertEqual({"Effect": "Allow", "Action": "sns:Publish", "Resource": topic},
                         sick["publish"]["statement"])
        # The marks of this policy are not those that the role may set and delete by.
        self.assertLessEqual({"tag_snapshot", "delete_snapshot"}, set(sick))
        quiet = self.snapferry("doctor", "--policy", str(file), "--quiet",
                               environment=self.emulator.environment(**role))
        self.assertNotIn("  ok ", self.expect(quiet, harness.NOT_MET).out)
        self.assertIn('"Action": "sns:Publish"', quiet.out)


if __name__ == "__main__":
    harness.require(boto3, "boto3")
    harness.main()
