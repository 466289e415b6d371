#!/usr/bin/env python3
"""docs/deploy.md, walked as a newcomer walks it, and the runbooks in the middle of it.

Every shell block is run, in order, in one shell, in a tree that looks like the repository: what is typed is what
stands there. Changed are only the port, placeholders like <timestamp>, and, since `aws sqs` needs it, the
endpoint. A block or an inline command that is neither run nor told below, with its reason, fails.
SPDX-License-Identifier: Apache-2.0
"""

import base64
import datetime
import hashlib
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import harness  # noqa: E402
import warm_aws  # noqa: E402

GUIDE = ROOT / "docs" / "deploy.md"
PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
# The guide speaks of the release, and so does the walk.
BUILD = pathlib.Path(os.environ.get("SNAPFERRY_BUILD", ROOT / "build" / "release"))
STACK = "RdsSnapshotReplicationStack"
# The runbooks are for a stack that is there: they are walked before the guide deletes it.
RUNBOOKS_BEFORE = "## Delete"
# Ours: the longest block lets three days pass.
BLOCK_SECONDS_MAX = 200

# What each page lets its reader see of an event that failed three times, or of a stack that is well.
FOUND = {
    "dead-letters.md": ['"ErrorMessage"', '"RequestID"', "there is no action", '"level":"ERROR"'],
    "quota-nearly-used.md": ['"Used": 4', '"Max": 100', "rds-auto-copy-"],
    "recovery-point-too-old.md": ['"is_met":true', '"places"', '"type":"plan"', "DailyRule", "ENABLED"],
    "ticks-fail.md": ["there is no action", '"level":"ERROR"', '"type":"summary"'],
}

# Inline commands, `aws ...` in the text, and how they are made complete. They are run in the order of the pages:
# what one does to the key, a later one undoes.
KEY = '"$key_of_copies"'
INLINE = {
    "aws cloudformation describe-stack-events --stack-name STACK": {"STACK": STACK},
    "aws events enable-rule --name NAME": {"NAME": '"$name"'},
    "aws kms describe-key --key-id alias/snapferry-RdsSnapshotReplicationStack --region eu-central-1 "
    "--query KeyMetadata.KeyId --output text": {},
    "aws kms schedule-key-deletion --key-id KEY --region eu-central-1": {"KEY": KEY},
    "aws kms cancel-key-deletion --key-id KEY --region REGION": {"KEY": KEY, "REGION": harness.TARGET},
    "aws kms enable-key --key-id KEY --region REGION": {"KEY": KEY, "REGION": harness.TARGET},
}
# Those that the command line only parses, and why.
PARSED = {
    "aws service-quotas list-service-quotas --service-code rds --region eu-central-1":
        "the emulator has no Service Quotas",
    "aws rds delete-db-snapshot --db-snapshot-identifier rds-auto-copy-<timestamp> --region eu-central-1":
        "a block of the guide runs it",
}
# What only begins like a command.
NO_COMMANDS = {"aws", "aws sqs", 'aws sqs --endpoint-url "$AWS_ENDPOINT_URL"'}

# `cmake` of the walk: the build is the release's, which was built before the tests; the zip is made of it.
CMAKE = """#!{python}
import pathlib, sys, zipfile
words = sys.argv[1:]
assert words in (["--preset", "release"], ["--build", "--preset", "release"],
                 ["--build", "--preset", "release", "--target", "lambda", "--", "--quiet"]), words
build = pathlib.Path("build/release")
if "lambda" in words:
    entry = zipfile.ZipInfo("bootstrap", (2026, 1, 1, 0, 0, 0))
    entry.external_attr, entry.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(build / "lambda.zip", "w", compresslevel=1) as archive:
        archive.writestr(entry, (build / "bootstrap").read_bytes())
"""

# `./set_up build` of the walk: what is missing was installed before the tests too.
SET_UP = """#!/bin/sh
[ "$*" = build ]
"""

# Reads names of files with a block each; says on file 3 that one has ended well. The first that fails ends it.
SHELL = """set -euo pipefail
aws() { if [[ "$1" == sqs ]]; then command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; else command aws "$@"; fi; }
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
while IFS= read -r block; do
  . "$block" </dev/null 3>&-
  echo done >&3
done
"""


def blocks_of(page):
    """(heading, language, text) of each fenced block, in order."""
    found, heading, language, lines = [], "", None, []
    for line in page.read_text().splitlines():
        if line.startswith("```"):
            if language is None:
                language, lines = line[3:].strip(), []
            else:
                found.append((heading, language, "\n".join(lines) + "\n"))
                language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith("## "):
            heading = line
    return found


def inline_of(page):
    """Commands that stand in the text, with their line ends taken away."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text())
    return [re.sub(r"\s+", " ", span).strip() for span in re.findall(r"`([^`]+)`", text)
            if re.match(r"aws\b", span)]


class Walk:
    """One shell in a tree of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-guide-"))
        self.tree = self.folder / "snapferry"
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        (self.tree / "deploy").symlink_to(ROOT / "deploy")
        (release / "snapferry").symlink_to(BUILD / "snapferry")
        shutil.copy(BUILD / "bootstrap", release)
        self.aws = warm_aws.WarmAws(self.folder / "bin")
        for program, text in ((self.folder / "bin" / "cmake", CMAKE.format(python=os.path.realpath(sys.executable))),
                              (self.tree / "set_up", SET_UP)):
            program.write_text(text)
            program.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = open(self.folder / "log", "w+")
        self.count = 0
        environment = harness.clean_environment(self.folder)
        environment["PATH"] = f"{self.folder / 'bin'}:{environment['PATH']}"
        self.done, told = os.pipe()
        self.shell = subprocess.Popen(
            ["bash", "-c", f"exec 3>&{told} {told}>&-\n{SHELL}"], cwd=self.tree, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.STDOUT, pass_fds=[told], start_new_session=True)
        os.close(told)

    def run(self, text):
        """Runs a block; returns what it printed."""
        self.count += 1
        block = self.folder / f"block-{self.count}.sh"
        block.write_text(text.replace("4566", str(self.port)))
        before = len(self.printed())
        self.shell.stdin.write(f"{block}\n")
        self.shell.stdin.flush()
        ready, _, _ = select.select([self.done], [], [], BLOCK_SECONDS_MAX)
        is_done = bool(ready) and os.read(self.done, 100) != b""
        printed = self.printed()[before:]
        if not is_done:
            raise AssertionError(f"this block failed:\n{text}\nand printed:\n{printed}")
        return printed

    def git_pull(self):
        """A newer bootstrap: what stands behind the end of an ELF file does nothing."""
        with open(self.tree / "build" / "release" / "bootstrap", "ab") as bootstrap:
            bootstrap.write(b"newer")

    def printed(self):
        return pathlib.Path(self.log.name).read_text()

    def stop(self):
        try:
            self.shell.stdin.close()
        except BrokenPipeError:
            pass  # a block failed, and with it the shell
        try:
            self.shell.wait(timeout=harness.SECONDS_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(self.shell.pid, signal.SIGKILL)
            self.shell.wait()
        os.close(self.done)
        self.log.close()
        self.aws.stop()
        shutil.rmtree(self.folder)


class Account(harness.Emulator):
    """What the emulator of the walk holds; the walk itself started it, and ends it."""

    def __init__(self, endpoint):  # noqa: nothing is started
        self.endpoint = endpoint

    def names(self, region, prefix):
        """Of snapshots and their status, oldest first."""
        return sorted((s["DBSnapshotIdentifier"], s["Status"]) for s in self.snapshots(region)
                      if s["DBSnapshotIdentifier"].startswith(prefix))

    def advance_to_noon(self):
        """So that the hour of the test decides nothing: slots lie in the hour after midnight."""
        now = datetime.datetime.fromisoformat(self.control("GET", "health")["now"].replace("Z", "+00:00"))
        self.advance(f"{int((now.replace(hour=12, minute=0, second=0) - now).total_seconds()) % 86400}s")


class GuideTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.walk = Walk()
        self.addCleanup(self.walk.stop)
        self.account = Account(self.walk.endpoint)

    def test_walk(self):
        checks = {"## See it work": self.three_days_worked, "## By hand": self.status_is_told,
                  "## Delete": self.snapshots_stayed, "## Update": self.update_is_there}
        blocks = blocks_of(GUIDE)
        for number, (heading, language, text) in enumerate(blocks):
            self.assertIn(language, ("sh both", "sh emulator"), "nobody runs this block:\n" + text)
            previous = blocks[number - 1][0] if number else ""
            if heading == RUNBOOKS_BEFORE and previous != heading:
                self.runbooks()
            if "cloudformation deploy" in text:
                harness.next_second()  # the grain of the names that the command line gives to change sets
            printed = self.walk.run(self.complete(text))
            if heading == "## Deploy" and "deploy/package" in text:
                self.walk.git_pull()
            if heading == "## Deploy" and previous != heading:
                self.account.advance_to_noon()
            if heading in checks and (number + 1 == len(blocks) or blocks[number + 1][0] != heading):
                checks[heading](printed)
        self.stacks_of_the_end_work()

    def complete(self, text):
        """The block with what the guide asks the reader to put in."""
        if "<timestamp>" in text:
            oldest, _ = self.account.names(harness.TARGET, "rds-auto-copy-")[0]
            text = text.replace("<timestamp>", oldest.rpartition("-")[2])
        self.assertNotRegex(text, r"<[a-z]+>", "a placeholder that is not filled in")
        return text

    def three_days_worked(self, printed):
        """The slot that had begun, and three days."""
        for region, prefix in ((harness.SOURCE, "rds-auto-snapshot-"), (harness.TARGET, "rds-auto-copy-")):
            names = self.account.names(region, prefix)
            self.assertEqual(["available"] * 4, [status for _, status in names], names)
            for name, _ in names:
                self.assertRegex(name, prefix + r"\d{8}00\d{4}$")
                self.assertIn(name, printed)
        self.assertEqual(4, printed.count("  OK "), printed)

    def status_is_told(self, printed):
        self.assertIn('"is_met":true', printed)

    def update_is_there(self, _):
        """The new code, and the setting of the block before."""
        told = self.walk.run(
            "s=(aws cloudformation describe-stacks --stack-name RdsSnapshotReplicationWithKey --output text --query)\n"
            "\"${s[@]}\" \"Stacks[0].Parameters[?ParameterKey=='CopyRetentionDays'].ParameterValue\"\n"
            "f=$(\"${s[@]}\" \"Stacks[0].Outputs[?OutputKey=='FunctionName'].OutputValue\")\n"
            "aws lambda get-function-configuration --function-name \"$f\" --query CodeSha256 --output text\n")
        zip_file = (self.walk.tree / "build" / "release" / "lambda.zip").read_bytes()
        sha = base64.b64encode(hashlib.sha256(zip_file).digest()).decode()
        self.assertEqual(["60", sha], told.split())

    def snapshots_stayed(self, _):
        self.assertEqual(4, len(self.account.names(harness.SOURCE, "rds-auto-snapshot-")))
        # One was deleted by hand, and is on its way.
        self.assertEqual(3, [s for _, s in self.account.names(harness.TARGET, "rds-auto-copy-")].count("available"))
        aliases = self.account.kms(harness.TARGET, "ListAliases")["Aliases"]
        self.assertIn(f"alias/snapferry-{STACK}", [a["AliasName"] for a in aliases])

    def stacks_of_the_end_work(self):
        self.account.advance("24h")
        for prefix in ("with-key-", "orders-"):
            for region, kind in ((harness.SOURCE, "snapshot-"), (harness.TARGET, "copy-")):
                names = self.account.names(region, prefix + kind)
                self.assertEqual([(name, "available") for name, _ in names], names)
                self.assertGreaterEqual(len(names), 2, prefix)
        self.assertEqual(4, len(self.account.names(harness.SOURCE, "rds-auto-snapshot-")))
        self.fleet_is_kept()
        # The rule in the destination told home that the copy was done.
        self.assertIn("RDS-EVENT-0060", self.walk.run(
            "log_group=$(\"${s[@]}\" \"Stacks[0].Outputs[?OutputKey=='LogGroupName'].OutputValue\")\n"
            "aws logs filter-log-events --log-group-name \"$log_group\" --query 'events[].message' --output text\n"))
        # Deployed again, the destination's stack meets the alias that stayed.
        deploy = next(text for _, _, text in blocks_of(GUIDE) if "destination.yaml" in text).splitlines()[0]
        name = re.search(r"--stack-name (\S+)", deploy)[1]
        there = f"--stack-name {name} --region {harness.TARGET}"
        self.assertIn("already exists", self.walk.run(
            f"aws cloudformation delete-stack {there}\naws cloudformation wait stack-delete-complete {there}\n"
            f"! {deploy}\naws cloudformation describe-stack-events {there}\n"))

    def fleet_is_kept(self):
        """The database that the policy file names, and the cluster that carries the tag."""
        for region, kind in ((harness.SOURCE, "snapshot"), (harness.TARGET, "copy")):
            self.assertGreaterEqual(len(self.account.names(region, f"fleet-{kind}-gtp-paul-mysql-lab-db-")), 2)
            answer = self.account.query(region, "DescribeDBClusterSnapshots")
            found = [harness.fields_of(s) for s in answer.iter() if harness.local_name(s) == "DBClusterSnapshot"]
            self.assertEqual({("ledger", "available", "true")},
                             {(s["DBClusterIdentifier"], s["Status"], s["StorageEncrypted"]) for s in found})
            self.assertGreaterEqual(len(found), 2)

    def runbooks(self):
        self.walk.run("key_of_copies=$(aws cloudformation describe-stacks --output text --query "
                      "\"Stacks[0].Outputs[?OutputKey=='DestinationKeyArn'].OutputValue\")\n")
        # Something for the pages to find: an event that nobody understands, three times.
        self.walk.run("echo '{\"action\":\"nothing\"}' >bad.json\n"
                      "aws lambda invoke --function-name \"$function\" --invocation-type Event "
                      "--payload fileb://bad.json bad.json\n")
        self.account.advance("20m")
        for page in PAGES:
            told = ""
            for heading, language, text in blocks_of(page):
                self.assertEqual("sh both", language, "nobody runs this block:\n" + text)
                if heading == "## How to see that it is mended":
                    self.account.advance("30m")
                printed = self.walk.run(self.complete(text))
                self.assertNotIn("FunctionError", printed)
                told += printed
            # The last block of each shows that it is mended.
            self.assertTrue(printed.startswith("OK"), printed)
            for word in FOUND[page.name]:
                self.assertIn(word, told)
        for page in (GUIDE, *PAGES):
            for command in inline_of(page):
                self.inline(command)

    def inline(self, command):
        if command in NO_COMMANDS:
            return
        if command in INLINE:
            for word, value in INLINE[command].items():
                command = command.replace(word, value)
            self.walk.run(command + "\n")
            return
        self.assertIn(command, PARSED, "nobody runs this command of the text")
        # The command line judges the words and asks nobody.
        words = command.replace("<timestamp>", "20260101000000").replace("REGION", "eu-central-1")
        self.walk.run(words + " --generate-cli-skeleton output\n")


class NothingIsLeftOut(unittest.TestCase):
    def test_no_block_is_of_another_form(self):
        """Indented, or between other marks, it would be seen by nobody here."""
        for page in (GUIDE, *PAGES):
            text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text())
            self.assertNotRegex(text, r"(?m)^(?: {4,}|\t|~~~| +```)", page)

    def test_what_is_told_here_is_in_the_text(self):
        commands = {command for page in (GUIDE, *PAGES) for command in inline_of(page)}
        self.assertEqual(set(), (set(INLINE) | set(PARSED) | NO_COMMANDS) - commands)


if __name__ == "__main__":
    for name in ("snapferry", "bootstrap"):
        harness.require((BUILD / name).exists(), f"{BUILD / name}, the release,")
    harness.require(shutil.which("aws") and shutil.which("curl"), "aws or curl")
    unittest.main()
