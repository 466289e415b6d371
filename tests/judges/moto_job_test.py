#!/usr/bin/env python3
"""The whole `apply --wait` against moto, an AWS that nobody here wrote.

moto knows no progress and no quotas (DescribeAccountAttributes is not there): the job must be done
without them. Its error codes are wrong in places, so only the job is judged here.
SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402

try:
    import boto3
except ImportError:
    harness.require(False, "boto3")

VENV = harness.ROOT / "build" / "venv" / "bin" / "moto_server"


class Moto:
    """moto_server on a free port, ready when the constructor returns."""

    def __init__(self, command):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-moto-"))
        self.process = subprocess.Popen([command, "-H", "127.0.0.1", "-p", "0"], cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "PYTHONUNBUFFERED": "1"})
        self.endpoint = None
        self.seen = ""
        self.is_ready = threading.Event()
        # Read to the end: moto writes a traceback for each call it does not know, and a full pipe would
        # stop it.
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.is_ready.wait(harness.SECONDS_MAX)
        if self.endpoint is None:
            self.stop()
            raise RuntimeError(f"moto_server did not start: {self.seen}")

    def read(self):
        for line in self.process.stderr:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found and self.endpoint is None:
                self.endpoint = found.group(0)
                self.is_ready.set()
            if self.endpoint is None:
                self.seen += line
        self.is_ready.set()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=harness.SECONDS_MAX)
        self.reader.join()
        self.process.stderr.close()
        shutil.rmtree(self.folder)

    def environment(self):
        return harness.clean_environment(self.folder, AWS_ENDPOINT_URL=self.endpoint,
                                         **harness.credentials())


class MotoJobTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto(command())
        cls.addClassCleanup(cls.moto.stop)

    def client(self, service, region):
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing",
                                region_name=region)
        return session.client(service, endpoint_url=self.moto.endpoint)

    def test_job(self):
        self.client("rds", harness.SOURCE).create_db_instance(
            DBInstanceIdentifier=harness.DATABASE, Engine="mysql", DBInstanceClass="db.t3.micro",
            AllocatedStorage=20, MasterUsername="admin", MasterUserPassword="not-a-secret-1",
            StorageEncrypted=True)
        kms = self.client("kms", harness.TARGET)
        key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]  # moto leaves it out otherwise
        kms.create_alias(AliasName=harness.KEY, TargetKeyId=key["KeyId"])

        flags = ["--db", harness.DATABASE, "--from", harness.SOURCE, "--to", harness.TARGET,
                 "--key", harness.KEY]
        done = self.snapferry("apply", *flags, "--now", "--wait")
        self.assertEqual(harness.DONE, done.code, f"{done.out}\n{done.err}")

        source, = self.snapshots(harness.SOURCE)
        copy, = self.snapshots(harness.TARGET)
        self.assertRegex(source["DBSnapshotIdentifier"], r"^rds-auto-snapshot-\d{14}$")
        self.assertRegex(copy["DBSnapshotIdentifier"], r"^rds-auto-copy-\d{14}$")
        self.assertEqual(source["DBSnapshotIdentifier"][-14:], copy["DBSnapshotIdentifier"][-14:])
        self.assertEqual("available", copy["Status"])

        status = self.snapferry("status", *flags, "--json")
        self.assertEqual(harness.DONE, status.code, f"{status.out}\n{status.err}")
        json.loads(status.out)

    def snapferry(self, *words):
        return harness.run(*words, environment=self.moto.environment())

    def snapshots(self, region):
        return self.client("rds", region).describe_db_snapshots(
            DBInstanceIdentifier=harness.DATABASE, SnapshotType="manual")["DBSnapshots"]


def command():
    return shutil.which("moto_server") or (str(VENV) if VENV.exists() else None)


if __name__ == "__main__":
    harness.require(command(), "moto_server")
    harness.main()
