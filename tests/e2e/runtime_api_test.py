#!/usr/bin/env python3
"""The function as a process behind a Runtime API, against the emulator: events, answers, failures, ends.

SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import harness
import runtime_stand_in

BOOTSTRAP = pathlib.Path(os.environ.get("SNAPFERRY_BOOTSTRAP", harness.BINARY.parent / "bootstrap"))
SCHEDULED = {"version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
             "source": "aws.events", "account": harness.ACCOUNT, "time": "2026-01-01T00:00:00Z",
             "region": harness.SOURCE, "resources": [], "detail": {}}
FINISHED = {"version": "0", "id": "844e2571-85d4-695f-b930-0153b71dcb42",
            "detail-type": "RDS DB Snapshot Event", "source": "aws.rds", "account": harness.ACCOUNT,
            "time": "2026-01-01T00:10:00Z", "region": harness.SOURCE, "resources": [],
            "detail": {"EventCategories": ["creation"], "SourceType": "SNAPSHOT", "EventID": "RDS-EVENT-0042",
                       "Message": "Manual snapshot created", "SourceIdentifier": "s"}}
MALFORMED = [b"", b"not json", b"null", [], {}, {"action": "delete"}, {"action": "apply", "force": True},
             {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "detail": {}},
             {"Records": [{"body": "{}"}]}]


POLICY_FILE = {"version": 1, "policies": [
    {"name": "both", "source": {"region": harness.SOURCE}, "databases": [{"id_like": "*"}], "schedule": "rate(1 day)", "spread": "0",
     "snapshot": {"name": "auto-{db}-{time}"}, "rpo": "26h",
     "targets": [{"region": harness.TARGET, "name": "copy-{db}-{time}", "keys": {"default": harness.KEY}}]}]}


class RuntimeApiTest(harness.EmulatorTest):
    def start(self, **changed):
        variables = {**self.emulator.environment(), "SNAPFERRY_DATABASE": harness.DATABASE,
                     "SNAPFERRY_TARGET_REGION": harness.TARGET, "SNAPFERRY_KMS_KEY": harness.KEY,
                     "SNAPFERRY_TIMEOUT_SECONDS": "300", **changed}
        variables.pop("PATH", None)
        variables.pop("HOME", None)
        self.api = runtime_stand_in.RuntimeApi()
        self.addCleanup(self.api.stop)
        self.function = runtime_stand_in.Function(
            self.api, BOOTSTRAP, {name: value for name, value in variables.items() if value is not None})
        self.addCleanup(self.function.stop)

    def invoke(self, event, **deadline):
        self.api.send(event, **deadline)
        return self.api.outcome()

    def answer(self, event, **deadline):
        outcome = self.invoke(event, **deadline)
        self.assertEqual("response", outcome.kind, outcome.body)
        return outcome.body

    def failure(self, event, **deadline):
        outcome = self.invoke(event, **deadline)
        self.assertEqual("error", outcome.kind, outcome.body)
        self.assertEqual([], outcome.body["stackTrace"])
        self.assertEqual(outcome.body["errorType"], outcome.headers["lambda-runtime-function-error-type"])
        return outcome.body

    def metrics(self):
        return [line for line in self.function.lines() if "_aws" in line]

    # Ticks.

    def test_the_job_is_done_by_whatever_wakes_it(self):
        self.start()
        plan = self.answer({"action": "plan"})
        self.assertEqual(("plan", "create"), (plan["type"], plan["steps"][0]["kind"]))
        self.assertEqual([], self.emulator.writes())
        first = self.answer(SCHEDULED)
        self.assertEqual((1, True), (first["acted_count"], first["is_pending"]))
        self.emulator.advance("1h")
        second = self.answer(FINISHED)
        self.assertEqual("copy", second["outcomes"][0]["step"]["kind"])
        self.emulator.advance("1h")
        self.answer({"action": "apply"})
        status = self.answer({"action": "status"})
        self.assertTrue(status["is_met"])
        names = [s["DBSnapshotIdentifier"] for s in self.emulator.snapshots(harness.TARGET)]
        self.assertEqual([s["DBSnapshotIdentifier"].replace("snapshot", "copy")
                          for s in self.emulator.snapshots(harness.SOURCE)], names)
        age = [m for m in self.metrics() if "Target" in m][-1]
        self.assertEqual(harness.TARGET, age["Target"])
        self.assertLess(age["RecoveryPointAge"], 3 * 3600)
        self.assertEqual(0, age["Failures"])

    def test_events_that_come_twice_make_one_snapshot(self):
        self.start()
        for _ in range(3):
            self.answer({"action": "apply"})
        self.assertEqual(1, len(self.emulator.snapshots(harness.SOURCE)))
        self.assertEqual(1, self.emulator.writes().count("CreateDBSnapshot"))

    def test_malformed_events_do_nothing(self):
        self.start()
        self.emulator.clear_calls()
        for event in MALFORMED:
            body = self.failure(event)
            self.assertEqual("Snapferry.BadEvent", body["errorType"])
            self.assertIn("nothing done", body["errorMessage"])
            self.assertIn("hint", body["errorMessage"])
        self.assertEqual([], self.emulator.calls())

    def test_a_failed_step_is_a_failed_invocation_with_metrics(self):
        self.start(SNAPFERRY_KMS_KEY="alias/no-such-key")
        body = self.failure({"action": "apply"})
        self.assertEqual("Snapferry.TickFailed", body["errorType"])
        self.assertIn(harness.TARGET, body["errorMessage"])
        self.assertIn("alias/no-such-key", body["errorMessage"])
        self.assertIn("hint", body["errorMessage"])
        self.assertEqual(1, [m for m in self.metrics() if "Target" in m][-1]["Failures"])
        # What could be done was done.
        self.assertEqual(["CreateDBSnapshot"], self.emulator.writes())

    def test_a_tick_that_sees_nothing_still_measures(self):
        self.start(AWS_MAX_ATTEMPTS="1")
        self.emulator.fault("server_error", operation="DescribeDBSnapshots", times=-1)
        body = self.failure({"action": "apply"})
        self.assertEqual("Snapferry.TickFailed", body["errorType"])
        total = [m for m in self.metrics() if "Target" not in m][-1]
        self.assertEqual(1, total["Failures"])
        self.assertNotIn("RecoveryPointAge", total)

    # A policy file.

    def test_a_policy_file_inline(self):
        self.emulator.create_database("orders")
        self.start(SNAPFERRY_DATABASE=None, SNAPFERRY_TARGET_REGION=None, SNAPFERRY_KMS_KEY=None,
                   SNAPFERRY_POLICY=json.dumps(POLICY_FILE), SNAPFERRY_POLICY_NAME="stack")
        plan = self.answer({"action": "plan"})
        self.assertEqual(("fleet_plan", [harness.DATABASE, "orders"]),
                         (plan["type"], [p["database"] for p in plan["plans"]]))
        for _ in range(3):
            done = self.answer({"action": "apply"})
            self.emulator.advance("1h")
        self.assertEqual(("fleet_summary", 2), (done["type"], done["database_count"]))
        self.assertEqual(2, len(self.emulator.snapshots(harness.TARGET)))
        # On the emulator's clock, which has been moved on.
        by_then = int((time.time() + 4 * 3600 + 300) * 1000)
        self.assertTrue(self.answer({"action": "status"}, deadline_ms=by_then)["is_met"])
        total = [m for m in self.metrics() if "Target" not in m][-1]
        self.assertEqual(("stack", 0), (total["Policy"], total["Failures"]))
        self.assertEqual({"orders", harness.DATABASE}, {m["Database"] for m in self.metrics() if "Target" in m})

    def test_a_wrong_policy_file_stops_the_start(self):
        self.start(SNAPFERRY_POLICY="version: 1\npolicies: [{name: x}]\n")
        failure = self.api.outcome()
        self.assertEqual("init_error", failure.kind)
        self.assertEqual("Snapferry.BadPolicy", failure.body["errorType"])
        self.assertIn("SNAPFERRY_POLICY:2:", failure.body["errorMessage"])

    def test_a_policy_file_names_no_topic_but_the_stacks(self):
        topic = f"arn:aws:sns:{harness.SOURCE}:{harness.ACCOUNT}:alerts"
        (policy,) = POLICY_FILE["policies"]
        text = json.dumps({**POLICY_FILE, "policies": [{**policy, "alerts": {"topic": topic}}]})
        self.start(SNAPFERRY_POLICY=text)
        failure = self.api.outcome()
        self.assertEqual(("init_error", "Snapferry.BadPolicy"), (failure.kind, failure.body["errorType"]))
        self.assertIn(f"names the alert topic {topic}", failure.body["errorMessage"])
        self.start(SNAPFERRY_POLICY=text, SNAPFERRY_ALERT_TOPIC=topic)
        self.assertEqual("fleet_plan", self.answer({"action": "plan"})["type"])

    # Time.

    def test_the_slot_follows_the_platforms_clock(self):
        self.start()
        self.answer({"action": "apply"})
        # What is being made is waited for, whatever the day: let it be made first.
        self.emulator.advance("1h")
        three_days = int((time.time() + 3 * 86400 + 300) * 1000)
        plan = self.answer({"action": "plan"}, deadline_ms=three_days)
        here = self.answer({"action": "plan"})
        self.assertEqual("create", plan["steps"][0]["kind"])
        self.assertNotIn("create", [step["kind"] for step in here["steps"]])
        self.assertGreater(plan["slot"], here["next_slot"])

    def test_near_its_deadline_it_starts_nothing_and_reports(self):
        # Less than what a tick keeps free for reporting.
        self.start(SNAPFERRY_TIMEOUT_SECONDS="8")
        began = time.time()
        outcome = self.invoke({"action": "apply"}, timeout_seconds=8)
        self.assertLess(time.time() - began, 8)
        self.assertIn(outcome.kind, ("response", "error"))
        self.assertEqual([], self.emulator.writes())

    # The API.

    def test_an_answer_that_is_too_large_says_so(self):
        self.start()
        self.api.refusals = [413]
        answer = self.answer({"action": "plan"})
        self.assertEqual("plan", answer["type"])
        self.assertEqual(["steps"], answer["left_out"])
        self.assertIn("larger", answer["message"])

    def test_a_refused_answer_does_not_end_it(self):
        self.start()
        self.api.refusals = [403]
        self.api.send({"action": "plan"})
        self.answer({"action": "status"})

    def test_a_broken_api_ends_it(self):
        self.start()
        self.api.refusals = [500]
        self.api.send({"action": "plan"})
        self.assertEqual(1, self.function.wait())

    def test_wrong_variables_fail_the_start_with_every_problem(self):
        for changed, words in [
                ({"SNAPFERRY_DATABASE": None, "SNAPFERRY_TARGET_REGION": "mars-1"},
                 ["SNAPFERRY_DATABASE", "SNAPFERRY_TARGET_REGION", "mars-1"]),
                ({"SNAPFERRY_TIMEOUT_SECONDS": "soon"}, ["SNAPFERRY_TIMEOUT_SECONDS"]),
                ({"SNAPFERRY_RPQ": "26h"}, ["SNAPFERRY_RPQ", "SNAPFERRY_RPO"]),
                ({"_HANDLER": "index.handler"}, ["index.handler", "snapferry.tick"])]:
            with self.subTest(changed=changed):
                self.start(**changed)
                outcome = self.api.outcome()
                self.assertEqual("init_error", outcome.kind)
                for word in words:
                    self.assertIn(word, outcome.body["errorMessage"])
                self.assertEqual(1, self.function.wait())

    def test_sigterm_ends_it_in_order(self):
        self.start()
        self.answer({"action": "plan"})
        self.assertTrue(self.api.waiting.wait(runtime_stand_in.SECONDS_MAX))
        self.function.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.function.wait())

    def test_sigterm_in_a_tick_lets_it_report(self):
        self.start()
        self.emulator.fault("slow", operation="DescribeDBInstances", delay="2s", times=1)
        self.api.send({"action": "apply"})
        self.assertTrue(self.wait_for_line("woken"))
        self.function.process.send_signal(signal.SIGTERM)
        self.assertIn(self.api.outcome().kind, ("response", "error"))
        self.assertEqual(0, self.function.wait())
        self.assertEqual([], self.emulator.writes())

    def wait_for_line(self, message):
        limit = time.monotonic() + runtime_stand_in.SECONDS_MAX
        while time.monotonic() < limit:
            if any(line.get("message") == message for line in self.function.lines()):
                return True
            time.sleep(0.01)
        return False

    # The log.

    def test_the_log_is_json_with_request_ids_and_no_secrets(self):
        self.start(AWS_LAMBDA_LOG_LEVEL="DEBUG", AWS_SESSION_TOKEN=None)
        self.answer({"action": "apply"})
        lines = [line for line in self.function.lines() if "_aws" not in line]
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertIn(line["level"], ("DEBUG", "INFO", "WARN"))
            self.assertRegex(line["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(1, len({line["requestId"] for line in lines if "requestId" in line}))
        text = str(lines)
        self.assertNotIn("Authorization", text)
        self.assertNotIn("AWS_SECRET", text)

    # The file.

    def test_it_has_no_emulator_in_it(self):
        binary = pathlib.Path(os.environ.get("SNAPFERRY_BOOTSTRAP_RELEASE", ""))
        if not binary.is_file():
            self.skipTest("there is no release bootstrap; build the release first")
        self.assertLess(binary.stat().st_size, 8_000_000)
        data = binary.read_bytes()
        for word in (b"_emulator/advance", b"snapferry emulator", b"listening on "):
            self.assertNotIn(word, data)
        self.assertIn(b"SNAPFERRY_TIMEOUT_SECONDS", data)
        headers = subprocess.run(["readelf", "-lW", binary], capture_output=True, text=True, check=True)
        self.assertNotIn("INTERP", headers.stdout)


if __name__ == "__main__":
    if not BOOTSTRAP.exists():
        print(f"skipped: there is no {BOOTSTRAP}")
        sys.exit(harness.SKIPPED)
    unittest.main()
