"""What the end-to-end tests stand on: the binary, its emulator, and a signed call of their own.

Python's own library only, so that a test that needs no foreign judge runs everywhere. Each Emulator
has a free port and a temporary folder; nothing is left running, and nothing of the machine's own AWS
settings is seen.
SPDX-License-Identifier: Apache-2.0
"""

import collections
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("SNAPFERRY_BINARY", ROOT / "build" / "dev" / "snapferry"))

DATABASE = "gtp-paul-mysql-lab-db"
SOURCE = "eu-west-1"
TARGET = "eu-central-1"
KEY = "alias/dr"
ACCOUNT = "123456789012"
SECRET = "testing"

# The exit codes of docs/cli.md.
DONE, FAILED, USAGE, PARTLY, NOT_MET, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130
# ctest's word for "skipped" (SKIP_RETURN_CODE).
SKIPPED = 77
# Ours: long enough for a sanitized binary on a busy machine, short enough to see a hang.
SECONDS_MAX = 60
# Work a thousand times as fast as AWS: the minutes of a snapshot pass within one poll.
FAST = 1000

Result = collections.namedtuple("Result", "code out err")


def require(is_there, judge):
    """Ends the whole file as skipped, by the judge's name, where a judge cannot be had."""
    if not is_there:
        print(f"skipped: {judge} is not installed here (./set_up check)")
        sys.exit(SKIPPED)


def clean_environment(folder, **extra):
    """PATH, a HOME of its own and what is given: no profile, region or proxy of the machine."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_PAGER": "",
                   "AWS_EC2_METADATA_DISABLED": "true", "TERM": "dumb", "LANG": "C.UTF-8"}
    # Where a Python that manages versions finds them; HOME is not what it was.
    if "PYENV_ROOT" in os.environ:
        environment["PYENV_ROOT"] = os.environ["PYENV_ROOT"]
    environment.update({k: str(v) for k, v in extra.items() if v is not None})
    return environment


def credentials(key="testing", secret=SECRET):
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}


def next_second():
    """Returns when the clock shows another second: the grain of names made with --now."""
    now = time.time()
    time.sleep(1 - now % 1)


def run(*arguments, environment, seconds=SECONDS_MAX, binary=BINARY):
    done = subprocess.run([str(binary), *arguments], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=seconds)
    return Result(done.returncode, done.stdout, done.stderr)


class Emulator:
    """`snapferry emulator`, ready when the constructor returns."""

    def __init__(self, speed=FAST, lab=True, data=None, arguments=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-e2e-"))
        command = [str(BINARY), "emulator", "--port", "0", "--speed", str(speed), *arguments]
        if lab:
            command.append("--lab")
        if data:
            command += ["--data", str(data)]
        self.log = open(self.folder / "emulator.log", "w+")
        self.process = subprocess.Popen(command, env=clean_environment(self.folder), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS_MAX)
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith("listening on "):
            self.stop()
            raise RuntimeError(f"the emulator did not start: {line!r} {self.errors}")
        self.endpoint = line.split()[-1]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.code = self.process.wait(timeout=SECONDS_MAX)
        self.process.stdout.close()
        self.log.seek(0)
        self.errors = self.log.read()
        self.log.close()
        shutil.rmtree(self.folder)

    # Control.

    def control(self, method, name, body=None):
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{name}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.strip() else None

    def advance(self, by):
        self.control("POST", "advance", {"by": by})

    def fault(self, kind, **fields):
        self.control("POST", "faults", [{"kind": kind, **fields}])

    def clear_faults(self):
        self.control("DELETE", "faults")

    def calls(self):
        answer = self.control("GET", "calls")
        return answer["calls"] if isinstance(answer, dict) else answer

    def clear_calls(self):
        self.control("DELETE", "calls")

    def operations(self):
        return [call["operation"] for call in self.calls()]

    def writes(self):
        return [o for o in self.operations() if not o.startswith(("Describe", "List", "Get"))]

    # Clients.

    def environment(self, **extra):
        """What a person exports to talk to this emulator, and nothing else."""
        return clean_environment(self.folder, **{"AWS_ENDPOINT_URL": self.endpoint, **credentials(), **extra})

    def query(self, region, action, service="rds", **parameters):
        """One signed Query call. Parameters as on the wire ("Tags.Tag.1.Key" as Tags__Tag__1__Key)."""
        version = {"rds": "2014-10-31", "sts": "2011-06-15", "sns": "2010-03-31"}[service]
        fields = {"Action": action, "Version": version,
                  **{k.replace("__", "."): v for k, v in parameters.items()}}
        body = urllib.parse.urlencode(fields, quote_via=urllib.parse.quote)
        text = self._signed(region, service, body, "application/x-www-form-urlencoded; charset=utf-8")
        return xml.etree.ElementTree.fromstring(text)

    def kms(self, region, operation, **parameters):
        text = self._signed(region, "kms", json.dumps(parameters), "application/x-amz-json-1.1",
                            {"x-amz-target": f"TrentService.{operation}"})
        return json.loads(text) if text else {}

    def _signed(self, region, service, body, content_type, extra=None):
        # Signatures are checked against the host's time, advanced or not, so that stock clients go on.
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        headers = {"content-type": content_type, "host": self.endpoint.split("//")[1],
                   "x-amz-date": stamp, **(extra or {})}
        names = ";".join(sorted(headers))
        canonical = "\n".join(["POST", "/", "", *(f"{n}:{headers[n]}" for n in sorted(headers)), "", names,
                               hashlib.sha256(body.encode()).hexdigest()])
        scope = f"{day}/{region}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + SECRET.encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential=testing/{scope}, SignedHeaders={names}, "
                                    f"Signature={signature}")
        request = urllib.request.Request(self.endpoint + "/", data=body.encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as refusal:
            raise RuntimeError(f"{refusal.code}: {refusal.read().decode()}") from None

    def create_database(self, name, region=SOURCE, **parameters):
        """An instance that is available."""
        fields = {"DBInstanceIdentifier": name, "Engine": "mysql", "DBInstanceClass": "db.t3.micro",
                  "AllocatedStorage": "20", "MasterUsername": "admin", "MasterUserPassword": "not-a-secret-1",
                  **parameters}
        self.query(region, "CreateDBInstance", **{k: v for k, v in fields.items() if v is not None})
        self.advance("1h")

    def snapshots(self, region):
        """What DescribeDBSnapshots says, as a list of dictionaries of its plain fields."""
        answer = self.query(region, "DescribeDBSnapshots")
        return [fields_of(s) for s in answer.iter() if local_name(s) == "DBSnapshot"]


def local_name(element):
    return element.tag.rpartition("}")[2]


def fields_of(element):
    fields = {local_name(c): c.text or "" for c in element if not len(c)}
    for child in element:
        if local_name(child) == "TagList":
            tags = [fields_of(t) for t in child]
            fields["tags"] = {t["Key"]: t["Value"] for t in tags}
    return fields


class EmulatorTest(unittest.TestCase):
    """A test with an emulator of its own: no test sees what another left."""

    speed = FAST
    lab = True
    arguments = ()  # more for the emulator
    maxDiff = None

    def setUp(self):
        self.emulator = Emulator(speed=self.speed, lab=self.lab, arguments=self.arguments)
        self.addCleanup(self.emulator.stop)

    def snapferry(self, *arguments, environment=None, seconds=SECONDS_MAX):
        return run(*arguments, environment=environment or self.emulator.environment(), seconds=seconds)

    def verb(self, verb, *more, environment=None, seconds=SECONDS_MAX, **changed):
        """A verb of the main job with its usual flags; `db=`, `to=` and so on change them, None drops."""
        flags = {"db": DATABASE, "from": SOURCE, "to": TARGET, "key": KEY}
        flags.update({name.rstrip("_"): value for name, value in changed.items()})
        words = [w for name, value in flags.items() if value is not None for w in (f"--{name}", value)]
        return self.snapferry(verb, *words, *more, environment=environment, seconds=seconds)

    def expect(self, result, code):
        self.assertEqual(code, result.code, f"stdout:\n{result.out}\nstderr:\n{result.err}")
        for stream in (result.out, result.err):
            self.assertNotIn("AddressSanitizer", stream)
            self.assertNotIn("runtime error", stream)
        return result


def main():
    unittest.main()
