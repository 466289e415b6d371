#!/usr/bin/env python3
"""The whole job by hand, with the stock `aws` command line against the emulator.

Nobody here wrote that client: what it accepts, AWS's own tools accept.
SPDX-License-Identifier: Apache-2.0
"""

import json
import subprocess

import harness


class AwsCliJobTest(harness.EmulatorTest):
    # Work moves by advance() only, so that a waiter's first look finds what it waits for: the stock
    # waiter sleeps 30 s between two looks.
    speed = 0

    def aws(self, *words, region=harness.SOURCE, is_refused=False):
        done = subprocess.run(["aws", *words, "--region", region, "--output", "json"],
                              env=self.emulator.environment(), capture_output=True, text=True,
                              timeout=harness.SECONDS_MAX)
        # 255 in version 1 of the command line, 254 in version 2.
        self.assertIn(done.returncode, (254, 255) if is_refused else (0,),
                      f"aws {' '.join(words)}: {done.stdout}{done.stderr}")
        if is_refused:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def test_job(self):
        # A database of one's own, encrypted.
        created = self.aws("rds", "create-db-instance", "--db-instance-identifier", "orders",
                           "--engine", "mysql", "--db-instance-class", "db.t3.micro",
                           "--allocated-storage", "20", "--master-username", "admin",
                           "--master-user-password", "not-a-secret-1", "--storage-encrypted",
                           "--tags", "Key=team,Value=shop")
        self.assertEqual("creating", created["DBInstance"]["DBInstanceStatus"])
        self.emulator.advance("1h")
        self.aws("rds", "wait", "db-instance-available", "--db-instance-identifier", "orders")

        # Its snapshot.
        snapshot = self.aws("rds", "create-db-snapshot", "--db-instance-identifier", "orders",
                            "--db-snapshot-identifier", "rds-auto-snapshot-20261122000000",
                            "--tags", "Key=made-by,Value=hand")["DBSnapshot"]
        self.assertEqual("creating", snapshot["Status"])
        self.assertEqual("manual", snapshot["SnapshotType"])
        self.assertNotIn("SnapshotCreateTime", snapshot)
        # Copying what is not there yet is refused.
        refusal = self.copy(snapshot["DBSnapshotArn"], is_refused=True)
        self.assertIn("InvalidDBSnapshotState", refusal)

        self.emulator.advance("3h")
        self.aws("rds", "wait", "db-snapshot-available",
                 "--db-snapshot-identifier", snapshot["DBSnapshotIdentifier"])
        listed = self.aws("rds", "describe-db-snapshots", "--db-instance-identifier", "orders",
                          "--snapshot-type", "manual")["DBSnapshots"]
        self.assertEqual(["available"], [s["Status"] for s in listed])
        self.assertEqual(100, listed[0]["PercentProgress"])
        self.assertTrue(listed[0]["Encrypted"])
        self.assertEqual([{"Key": "made-by", "Value": "hand"}],
                         [t for t in listed[0]["TagList"] if t["Key"] == "made-by"])

        # Its encrypted copy: --source-region makes the client presign the call in the source region.
        copy = self.copy(snapshot["DBSnapshotArn"])["DBSnapshot"]
        self.assertEqual(snapshot["DBSnapshotArn"], copy["SourceDBSnapshotIdentifier"])
        self.assertEqual(harness.SOURCE, copy["SourceRegion"])
        self.emulator.advance("6h")
        self.aws("rds", "wait", "db-snapshot-available", "--db-snapshot-identifier",
                 copy["DBSnapshotIdentifier"], region=harness.TARGET)
        copied = self.aws("rds", "describe-db-snapshots", "--db-snapshot-identifier",
                          copy["DBSnapshotIdentifier"], region=harness.TARGET)["DBSnapshots"][0]
        key = self.aws("kms", "describe-key", "--key-id", harness.KEY, region=harness.TARGET)
        self.assertEqual(key["KeyMetadata"]["Arn"], copied["KmsKeyId"])
        self.assertEqual(listed[0]["OriginalSnapshotCreateTime"], copied["OriginalSnapshotCreateTime"])

        # Tags, and away with it.
        self.aws("rds", "add-tags-to-resource", "--resource-name", copied["DBSnapshotArn"],
                 "--tags", "Key=keep,Value=yes", region=harness.TARGET)
        tags = self.aws("rds", "list-tags-for-resource", "--resource-name", copied["DBSnapshotArn"],
                        region=harness.TARGET)["TagList"]
        self.assertIn({"Key": "keep", "Value": "yes"}, tags)
        self.aws("rds", "remove-tags-from-resource", "--resource-name", copied["DBSnapshotArn"],
                 "--tag-keys", "keep", region=harness.TARGET)
        self.aws("rds", "delete-db-snapshot", "--db-snapshot-identifier",
                 copy["DBSnapshotIdentifier"], region=harness.TARGET)
        self.emulator.advance("1m")
        self.aws("rds", "wait", "db-snapshot-deleted", "--db-snapshot-identifier",
                 copy["DBSnapshotIdentifier"], region=harness.TARGET)
        refusal = self.aws("rds", "describe-db-snapshots", "--db-snapshot-identifier",
                           copy["DBSnapshotIdentifier"], region=harness.TARGET, is_refused=True)
        self.assertIn("DBSnapshotNotFound", refusal)

    def copy(self, source, is_refused=False):
        return self.aws("rds", "copy-db-snapshot", "--source-db-snapshot-identifier", source,
                        "--target-db-snapshot-identifier", "rds-auto-copy-20261122000000",
                        "--kms-key-id", harness.KEY, "--source-region", harness.SOURCE,
                        region=harness.TARGET, is_refused=is_refused)

    def test_identity(self):
        identity = self.aws("sts", "get-caller-identity")
        self.assertEqual(harness.ACCOUNT, identity["Account"])

    def test_quota(self):
        quotas = self.aws("rds", "describe-account-attributes")["AccountQuotas"]
        self.assertIn("ManualSnapshots", [q["AccountQuotaName"] for q in quotas])

    def test_sees_what_snapferry_made(self):
        made = self.verb("apply", "--now")
        self.expect(made, harness.DONE)
        listed = self.aws("rds", "describe-db-snapshots", "--db-instance-identifier", harness.DATABASE,
                          "--snapshot-type", "manual")["DBSnapshots"]
        self.assertEqual(1, len(listed))
        self.assertRegex(listed[0]["DBSnapshotIdentifier"], r"^rds-auto-snapshot-\d{14}$")


def is_installed():
    try:
        return subprocess.run(["aws", "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    harness.require(is_installed(), "the aws command line")
    harness.main()
