#!/usr/bin/env python3
"""The templates, judged by AWS's own validator, by cfn-lint, and by what the documents promise.

Every combination of parameters that switches a condition is validated.
SPDX-License-Identifier: Apache-2.0
"""

import itertools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "deploy" / "template.yaml"
DESTINATION = ROOT / "deploy" / "destination.yaml"
GUIDE = ROOT / "docs" / "deploy.md"
NPM = ROOT / "build" / "npm"

NEEDED = {"RDSInstanceIdentifier": "gtp-paul-mysql-lab-db", "CodeBucket": "code", "CodeKey": "snapferry/x.zip"}
# Condition: the parameter that switches it, and its values for true and for false.
KEY = "arn:aws:kms:{}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SWITCHES = {
    "MakesKey": ("DestinationKmsKeyArn", "", KEY.format("eu-central-1")),
    "HasSourceKey": ("SourceKmsKeyArn", KEY.format("eu-west-1"), ""),
    "HasEmail": ("AlertEmail", "someone@example.org", ""),
    "HasPolicyParameter": ("PolicyParameter", "/snapferry/policy", ""),
    "KeepsAllSnapshots": ("SnapshotRetentionDays", "0", "7"),
    "KeepsAllCopies": ("CopyRetentionDays", "0", "30"),
    "ReservesNothing": ("ReservedConcurrency", "0", "1"),
}
# A finding that is wrong: rule, logical id, why.
WRONG_FINDINGS = {
    ("W1001", "DestinationKeyArn"): "the output names DestinationKey under its own condition, in a Fn::If",
}


def section(template, name):
    """The entries of a section, each with its lines: {"Alerts": "    Type: ...\\n"}. The layout of our
    templates, two blanks a level, is what deploy/package relies on too."""
    entries, entry, is_inside = {}, None, False
    for line in template.read_text().splitlines():
        if re.match(r"\S", line):
            is_inside = line == name + ":"
        elif is_inside and (match := re.fullmatch(r"  (\w+):(.*)", line)):
            entry = match[1]
            entries[entry] = match[2] + "\n"
        elif is_inside and entry:
            entries[entry] += line + "\n"
    return entries


def of_type(template, kind):
    return {name: text for name, text in section(template, "Resources").items()
            if f"    Type: {kind}\n" in text}


def combinations():
    for choice in itertools.product((True, False), repeat=len(SWITCHES)):
        yield {**NEEDED, **{parameter: yes if is_true else no
                            for is_true, (parameter, yes, no) in zip(choice, SWITCHES.values())}}


class Validator(unittest.TestCase):
    """AWS's @aws/cloudformation-validate (tests/deploy/package.json)."""

    def validate(self, cases):
        if not (NPM / "node_modules" / "@aws" / "cloudformation-validate").exists():
            self.fail("@aws/cloudformation-validate is not in build/npm: run ./set_up check")
        done = subprocess.run(["node", str(ROOT / "tests" / "deploy" / "validate.js"), str(NPM)],
                              input=json.dumps(cases), capture_output=True, text=True, timeout=280)
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def test_every_combination(self):
        cases = [{"template": str(TEMPLATE), "parameters": parameters, "region": "eu-west-1"}
                 for parameters in combinations()]
        cases.append({"template": str(DESTINATION), "parameters": {}, "region": "eu-central-1"})
        # One that must be found, so that silence means something.
        broken = ROOT / "build" / "npm" / "broken.yaml"
        broken.write_text(TEMPLATE.read_text().replace("MemorySize: 128", "MemorySise: 128"))
        cases.append({"template": str(broken), "parameters": NEEDED, "region": "eu-west-1"})
        *answers, answer_of_broken = self.validate(cases)
        for case, findings in zip(cases, answers):
            left = [f for f in findings if (f["rule"], f["id"]) not in WRONG_FINDINGS]
            self.assertEqual([], left, case["parameters"])
        self.assertTrue(any("MemorySise" in f["message"] for f in answer_of_broken), answer_of_broken)

    def test_every_condition_is_switched(self):
        self.assertEqual(set(SWITCHES), set(section(TEMPLATE, "Conditions")))
        self.assertEqual({}, section(DESTINATION, "Conditions"))


class Lint(unittest.TestCase):
    def test_cfn_lint(self):
        # A version manager's stub may stand there without the program behind it.
        if not shutil.which("cfn-lint") or subprocess.run(["cfn-lint", "--version"], capture_output=True).returncode:
            print("SKIPPED: cfn-lint is not installed here, so it judged nothing (pip install cfn-lint)",
                  file=sys.stderr)
            self.skipTest("cfn-lint is not installed here")
        done = subprocess.run(["cfn-lint", "--regions", "eu-west-1", "eu-central-1", "us-east-1", "--",
                               str(TEMPLATE), str(DESTINATION)], capture_output=True, text=True, timeout=280)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


class Documents(unittest.TestCase):
    def test_every_alarm_names_a_page(self):
        alarms = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")
        self.assertEqual(4, len(alarms))
        for name, text in alarms.items():
            with self.subTest(name):
                page = re.search(r"AlarmDescription:.*\b(docs/runbooks/[a-z-]+\.md)", text)
                self.assertTrue(page, "its description names no page")
                self.assertTrue((ROOT / page[1]).is_file(), f"there is no {page[1]}")
                self.assertIn(f"# Alarm: {name}\n", (ROOT / page[1]).read_text())
                self.assertIn("AlarmActions: [!Ref Alerts]", text)
                self.assertIn("OKActions: [!Ref Alerts]", text)
                self.assertRegex(text, "TreatMissingData: (breaching|notBreaching)")

    def test_every_page_belongs_to_an_alarm(self):
        pages = {p.name for p in (ROOT / "docs" / "runbooks").glob("*.md")}
        self.assertEqual(pages, set(re.findall(r"docs/runbooks/([a-z-]+\.md)", TEMPLATE.read_text())))

    def test_every_parameter_is_in_the_guide(self):
        rows = dict(re.findall(r"^\| `(\w+)` \| ?(.*?) ?\|", GUIDE.read_text(), re.MULTILINE))
        parameters = section(TEMPLATE, "Parameters")
        self.assertEqual(set(parameters), set(rows))
        for name, text in parameters.items():
            with self.subTest(name):
                default = re.search(r"^    Default: (.*)$", text, re.MULTILINE)
                told = default[1].strip('"') if default else ""
                self.assertEqual(f"`{told}`" if told else "", rows[name].strip())
        for name in section(DESTINATION, "Parameters"):
            self.assertIn(f"`{name}`", GUIDE.read_text())

    def test_schedules_that_the_function_reads_are_taken(self):
        pattern = re.search(r"^    AllowedPattern: (.*)$", section(TEMPLATE, "Parameters")["Schedule"], re.MULTILINE)[1]
        for text in ("rate(1 day)", "rate(12 hours)", "cron(0 2 * * ? *)", "cron(0/30 8-18 ? * MON-FRI *)",
                     "cron(15 10 ? * 6L *)", "cron(0 0 LW 1,7 ? *)", "cron(0 0 ? * 3#2 *)"):
            self.assertRegex(text, pattern)
        # Recovery has no last day: of one year only, or of some, a schedule ends.
        for text in ("rate(0 days)", "rate(1 days)", "rate(2 day)", "cron(0 2 * * ?)", "cron(0 2 * * ? 2027)",
                     "cron(0 2 * * ? */2)", "cron(0 2 * * ? * *)", "at(2027-01-01T00:00:00)", "cron(0 2 * * ? *) "):
            self.assertNotRegex(text, pattern)

    def test_every_parameter_is_in_a_group(self):
        grouped = re.findall(r"^        Parameters: \[(.*)\]$", TEMPLATE.read_text(), re.MULTILINE)
        names = [name.strip() for group in grouped for name in group.split(",")]
        self.assertCountEqual(section(TEMPLATE, "Parameters"), names)

    def test_every_right_is_in_the_guide(self):
        table = GUIDE.read_text().split("## Permissions, and why each")[1].split("\n## ")[0]
        policies = "".join(of_type(TEMPLATE, "AWS::IAM::RolePolicy")[n] for n in ("TickPolicy", "PolicyFileUse", "KeyUse"))
        lines = "".join(re.findall(r"^ +Action:.*\n", policies, re.MULTILINE))
        actions = set(re.findall(r"\w+:[A-Z]\w+\*?", lines))
        self.assertGreater(len(actions), 15)
        self.assertEqual(set(), {a for a in actions if f"`{a}`" not in table})
        rows = "".join(re.findall(r"^\| `.*\n", table, re.MULTILINE))
        told = set(re.findall(r"`(\w+:[A-Z]\w+\*?)`", rows))
        self.assertEqual(set(), told - actions)

    def test_the_users_commands_are_in_the_guide(self):
        for command in (
                "aws cloudformation deploy --template-file template.yaml --stack-name RdsSnapshotReplicationStack "
                "--parameter-overrides RDSInstanceIdentifier=gtp-paul-mysql-lab-db "
                "--capabilities CAPABILITY_NAMED_IAM",
                "aws rds delete-db-snapshot --db-snapshot-identifier rds-auto-copy-<timestamp> "
                "--region eu-central-1",
                "aws cloudformation delete-stack --stack-name RdsSnapshotReplicationStack"):
            self.assertIn(f"\n{command}\n", GUIDE.read_text())


class Safety(unittest.TestCase):
    def test_nothing_has_a_fixed_name(self):
        """A second stack or region must not meet the first."""
        for template in (TEMPLATE, DESTINATION):
            for name, text in section(template, "Resources").items():
                fixed = re.findall(r"^      (?:RoleName|FunctionName|QueueName|TopicName|Name|AlarmName|"
                                   r"LogGroupName|DashboardName): (?!!)(.*)$", text, re.MULTILINE)
                self.assertEqual([], fixed, name)

    def test_keys_of_copies_stay(self):
        for template, names in ((TEMPLATE, ["DestinationKey"]), (DESTINATION, ["Key", "Alias"])):
            for name in names:
                text = section(template, "Resources")[name]
                self.assertIn("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n", text)

    def test_no_aliases_of_yaml(self):
        """CloudFormation refuses them."""
        for template in (TEMPLATE, DESTINATION):
            self.assertIsNone(re.search(r"(?m)^[^#\n\"']*[:\[,-] +[&*][A-Za-z]", template.read_text()))


if __name__ == "__main__":
    unittest.main()
