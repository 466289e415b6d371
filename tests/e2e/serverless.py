"""What the stories of the deployed stack stand on: an emulator, the function's zip, stock clients.

The user's own commands go through the `aws` command line; what only looks goes through boto3, which
is the same library without half a second of start.
SPDX-License-Identifier: Apache-2.0
"""

import atexit
import datetime
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

import harness

try:
    import boto3
    import botocore.config
except ImportError:
    harness.require(False, "boto3")

STACK = "RdsSnapshotReplicationStack"
BOOTSTRAP = harness.BINARY.parent / "bootstrap"
DEPLOY = harness.ROOT / "deploy"
POLICY_PARAMETER = "/snapferry/policy"
CAPABILITIES = ["--capabilities", "CAPABILITY_NAMED_IAM"]
# Ours: a day is a hundred runs of a sanitized function, on a machine that does other things too.
ADVANCE_SECONDS_MAX = 240


def is_aws_installed():
    try:
        return subprocess.run(["aws", "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def function_zip():
    """A zip of this build's bootstrap, made once for all tests of a file, without symbols: they
    are nine tenths of a debug build."""
    if not hasattr(function_zip, "path"):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-zip-"))
        atexit.register(shutil.rmtree, folder)
        subprocess.run(["strip", "--strip-debug", "-o", str(folder / "bootstrap"), str(BOOTSTRAP)], check=True)
        function_zip.path = folder / "lambda.zip"
        with zipfile.ZipFile(function_zip.path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            entry = zipfile.ZipInfo("bootstrap", (2026, 1, 1, 0, 0, 0))
            entry.external_attr = 0o755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / "bootstrap").read_bytes())
    return function_zip.path


class Account:
    """An emulated account in which stacks are deployed, seen through stock clients."""

    def __init__(self, data=None):
        self.emulator = harness.Emulator(speed=0, data=data)
        self._clients = {}

    def stop(self):
        self.emulator.stop()

    def client(self, service, region=harness.SOURCE):
        if (service, region) not in self._clients:
            session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key=harness.SECRET,
                                    region_name=region)
            once = botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"},
                                          read_timeout=ADVANCE_SECONDS_MAX)
            self._clients[service, region] = session.client(
                service, endpoint_url=self.emulator.endpoint, config=once)
        return self._clients[service, region]

    def now(self):
        """The emulator's time of day."""
        return datetime.datetime.fromisoformat(self.emulator.control("GET", "health")["now"].replace("Z", "+00:00"))

    def advance_to_noon(self):
        """So that no test depends on the hour at which it is run: slots lie in the hour after midnight."""
        now = self.now()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        seconds = (noon - now).total_seconds() % 86400
        self.emulator.advance(f"{int(seconds)}s")

    def create_cluster(self, name, **parameters):
        """An Aurora cluster that is available."""
        self.client("rds").create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-postgresql", StorageEncrypted=True, MasterUsername="admin1",
            MasterUserPassword="not-a-secret-1", **parameters)
        self.emulator.advance("1h")

    def take_automated_snapshot(self, database, kind="instance"):
        """What RDS does in a database's backup window."""
        self.emulator.control("POST", "snapshots", [
            {"region": harness.SOURCE, "kind": kind, "type": "automated", "database": database}])

    def advance(self, by):
        """Lets time pass, and all that it brings."""
        harness_max, harness.SECONDS_MAX = harness.SECONDS_MAX, ADVANCE_SECONDS_MAX
        try:
            self.emulator.advance(by)
        finally:
            harness.SECONDS_MAX = harness_max

    def aws(self, *words, folder=None, region=harness.SOURCE):
        """The stock command line, as a person in `folder` would type it."""
        done = subprocess.run(["aws", *words], cwd=folder or self.emulator.folder, capture_output=True, text=True,
                              env=self.emulator.environment(AWS_DEFAULT_REGION=region), timeout=180)
        if done.returncode:
            raise AssertionError(f"aws {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def package(self, folder, bucket="snapferry-code"):
        """Uploads the function and writes template.yaml into `folder`, as docs/deploy.md says."""
        self.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": harness.SOURCE})
        done = subprocess.run([str(DEPLOY / "package"), bucket, "--zip", str(function_zip())], cwd=folder,
                              capture_output=True, text=True, timeout=120,
                              env=self.emulator.environment(AWS_DEFAULT_REGION=harness.SOURCE))
        if done.returncode:
            raise AssertionError(f"deploy/package: {done.stdout}{done.stderr}")
        return folder / "template.yaml"

    def deploy_quickly(self, template, name=STACK, **parameters):
        """What `aws cloudformation deploy` does of a new stack, without the start of Python."""
        parameters = {"RDSInstanceIdentifier": harness.DATABASE, **parameters}
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName=name, TemplateBody=template.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        return Stack(self, name)

    def put_policies(self, *policies):
        """Writes the policy file, as JSON, which is YAML too, where PolicyParameter says that it is."""
        self.client("ssm").put_parameter(Name=POLICY_PARAMETER, Type="String", Overwrite=True,
                                         Value=json.dumps({"version": 1, "policies": policies}))

    # What is there.

    def snapshots(self, region):
        """Manual ones, oldest first."""
        found = self.client("rds", region).describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        return sorted(found, key=lambda s: s["DBSnapshotIdentifier"])

    def names(self, region, prefix=""):
        return [s["DBSnapshotIdentifier"] for s in self.snapshots(region)
                if s["DBSnapshotIdentifier"].startswith(prefix)]

    def cluster_snapshots(self, region):
        """Manual ones of clusters, oldest first."""
        found = self.client("rds", region).describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
        return sorted(found, key=lambda s: s["DBClusterSnapshotIdentifier"])

    def outbox(self):
        answer = self.emulator.control("GET", "outbox")
        return answer["messages"] if isinstance(answer, dict) else answer


class Stack:
    """A stack that was deployed."""

    def __init__(self, account, name=STACK):
        self.account, self.name = account, name
        cloudformation = account.client("cloudformation")
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        self.status = described["StackStatus"]
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        self.ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}

    @property
    def function(self):
        return self.outputs["FunctionName"]

    def invoke(self, function=None, **event):
        """Returns the answer and whether it is that of a failure."""
        done = self.account.client("lambda").invoke(
            FunctionName=function or self.function, Payload=json.dumps(event).encode())
        return json.loads(done["Payload"].read()), "FunctionError" in done

    def ask(self, action, **more):
        answer, is_failed = self.invoke(action=action, **more)
        if is_failed:
            raise AssertionError(f"{action}: {answer}")
        return answer

    def alarms(self):
        """State by logical id."""
        names = {self.ids[i]: i for i in ("RecoveryPointTooOld", "TicksFail", "DeadLettersWait", "QuotaNearlyUsed")}
        found = self.account.client("cloudwatch").describe_alarms(AlarmNames=list(names))["MetricAlarms"]
        return {names[a["AlarmName"]]: a["StateValue"] for a in found}

    def dead_letters(self):
        attributes = self.account.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["DeadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"])
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def log(self):
        """Log lines, oldest first; those that are JSON parsed."""
        logs = self.account.client("logs")
        events = []
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=self.outputs["LogGroupName"]):
            events += page["events"]
        lines = []
        for event in sorted(events, key=lambda e: e["timestamp"]):
            try:
                lines.append(json.loads(event["message"]))
            except ValueError:
                lines.append({"text": event["message"]})
        return lines

    def update(self, **parameters):
        """Changes these parameters; the template and all others stay."""
        cloudformation = self.account.client("cloudformation")
        there = cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["Parameters"]
        cloudformation.update_stack(
            StackName=self.name, UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[*({"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()),
                        *({"ParameterKey": p["ParameterKey"], "UsePreviousValue": True} for p in there
                          if p["ParameterKey"] not in parameters)])
        cloudformation.get_waiter("stack_update_complete").wait(
            StackName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def delete(self):
        cloudformation = self.account.client("cloudformation")
        arn = cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=self.name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=arn, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


class ServerlessTest(unittest.TestCase):
    """A test with an account of its own, and the packaged template in a folder."""

    maxDiff = None

    def setUp(self):
        self.account = Account()
        self.addCleanup(self.stop)
        self.account.advance_to_noon()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-deploy-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def stop(self):
        """Whatever the functions and the emulator say to sanitizers is a failure."""
        self.account.stop()
        self.assertNotIn("Sanitizer", self.account.emulator.errors)
        self.assertNotIn("runtime error", self.account.emulator.errors)

    def assert_alarms(self, stack, **changed):
        expected = {"RecoveryPointTooOld": "OK", "TicksFail": "OK", "DeadLettersWait": "OK", "QuotaNearlyUsed": "OK"}
        self.assertEqual({**expected, **changed}, stack.alarms())


def policy_of(name, databases, key, **more):
    """A policy of a policy file. Names begin as the stack's, for its role may make no others."""
    target = {"region": harness.TARGET, "name": f"rds-auto-copy-{name}-{{db}}-{{time}}", "keep": {"last": 1},
              "keys": {"default": key}}
    return {"name": name, "source": {"region": harness.SOURCE}, "databases": [{"id": d} for d in databases],
            "schedule": "rate(1 day)", "rpo": "26h", "targets": [target],
            "snapshot": {"name": f"rds-auto-snapshot-{name}-{{db}}-{{time}}", "keep": {"last": 1}}, **more}


def slot_of(name):
    return datetime.datetime.strptime(name[-14:], "%Y%m%d%H%M%S").replace(tzinfo=datetime.timezone.utc)


def require_judges():
    harness.require(is_aws_installed(), "the aws command line")
    if not BOOTSTRAP.exists():
        raise SystemExit(f"{BOOTSTRAP} is not built: cmake --build --preset dev --target bootstrap")
