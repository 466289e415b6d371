#!/usr/bin/env python3
"""The main job as its user does it: plan, apply, apply --wait, status, in text and in JSON.

SPDX-License-Identifier: Apache-2.0
"""

import json
import re

import harness


class MainJobTest(harness.EmulatorTest):
    def json_of(self, result):
        """One document on stdout, and nothing else."""
        return json.loads(result.out)

    def lines_of(self, result):
        lines = [json.loads(line) for line in result.out.splitlines()]
        for line in lines:
            self.assertIn("type", line)
        return lines

    def do_job(self):
        return self.expect(self.verb("apply", "--now", "--wait"), harness.DONE)

    def both(self):
        source, = self.own(harness.SOURCE)
        copy, = self.own(harness.TARGET)
        return source, copy

    def own(self, region):
        return [s for s in self.emulator.snapshots(region) if s["SnapshotType"] == "manual"]

    def test_plan_reads_only(self):
        plan = self.expect(self.verb("plan"), harness.DONE)
        self.assertRegex(plan.out, r"create\s.*rds-auto-snapshot-\d{14}")
        self.assertEqual([], self.emulator.writes())
        self.assertEqual([], self.own(harness.SOURCE))

    def test_plan_in_json(self):
        plan = self.json_of(self.expect(self.verb("plan", "--json"), harness.DONE))
        kinds = [step["kind"] for step in plan["steps"]]
        self.assertIn("create", kinds)
        for step in plan["steps"]:
            self.assertTrue(step["reason"]["text"], step)

    def test_plan_is_the_same_twice(self):
        first, second = (self.verb("plan", "--json").out for _ in range(2))
        steps = [json.loads(text)["steps"] for text in (first, second)]
        self.assertEqual(*steps)

    def test_apply_now_and_wait(self):
        self.do_job()
        source, copy = self.both()
        self.assertRegex(source["DBSnapshotIdentifier"], r"^rds-auto-snapshot-\d{14}$")
        self.assertRegex(copy["DBSnapshotIdentifier"], r"^rds-auto-copy-\d{14}$")
        self.assertEqual(source["DBSnapshotIdentifier"][-14:], copy["DBSnapshotIdentifier"][-14:])
        self.assertEqual(("available", "available"), (source["Status"], copy["Status"]))
        key = self.emulator.kms(harness.TARGET, "DescribeKey", KeyId=harness.KEY)["KeyMetadata"]["Arn"]
        self.assertEqual(("true", key), (copy["Encrypted"], copy["KmsKeyId"]))
        self.assertEqual(source["OriginalSnapshotCreateTime"], copy["OriginalSnapshotCreateTime"])
        self.assertEqual(["CreateDBSnapshot", "CopyDBSnapshot"], self.emulator.writes())

    def test_apply_is_one_tick(self):
        self.expect(self.verb("apply", "--now"), harness.DONE)
        self.assertEqual(["CreateDBSnapshot"], self.emulator.writes())
        self.assertEqual([], self.own(harness.TARGET))

    def test_ticks_alone_finish_the_job(self):
        """What a schedule does: apply now and then, nobody waiting."""
        for _ in range(3):
            self.expect(self.verb("apply"), harness.DONE)
            self.emulator.advance("1h")
        source, copy = self.both()
        self.assertEqual(("available", "available"), (source["Status"], copy["Status"]))
        self.assertEqual(["CreateDBSnapshot", "CopyDBSnapshot"], self.emulator.writes())

    def test_second_apply_does_nothing(self):
        self.expect(self.verb("apply", "--wait"), harness.DONE)
        self.emulator.clear_calls()
        self.expect(self.verb("apply", "--wait"), harness.DONE)
        self.assertEqual([], self.emulator.writes())
        plan = self.json_of(self.verb("plan", "--json"))
        self.assertEqual([], plan["steps"])

    def test_second_copy_is_incremental(self):
        self.do_job()
        harness.next_second()
        self.do_job()
        lineage = self.emulator.control("GET", "lineage")
        lineage = lineage["copies"] if isinstance(lineage, dict) else lineage
        self.assertEqual(["full", "incremental"], [copy["transfer"] for copy in lineage])

    def test_apply_in_json_lines(self):
        result = self.expect(self.verb("apply", "--now", "--wait", "--json"), harness.DONE)
        types = [line["type"] for line in self.lines_of(result)]
        self.assertNotIn("exit_error", types)
        self.assertGreater(len(types), 2)

    def test_progress_without_a_terminal_is_a_line_per_change(self):
        result = self.do_job()
        for text in (result.out, result.err):
            self.assertNotIn("\r", text)
            self.assertNotIn("\x1b", text)
        lines = [line for line in (result.out + result.err).splitlines() if line.strip()]
        self.assertEqual(len(lines), len(set(lines)), lines)

    def test_status_before_and_after(self):
        before = self.expect(self.verb("status"), harness.NOT_MET)
        self.assertIn("hint:", before.out + before.err)
        self.do_job()
        after = self.expect(self.verb("status"), harness.DONE)
        source, copy = self.both()
        for text in (source["DBSnapshotIdentifier"], copy["DBSnapshotIdentifier"], harness.SOURCE,
                     harness.TARGET, "available"):
            self.assertIn(text, after.out)

    def test_status_in_json(self):
        self.do_job()
        text = self.expect(self.verb("status", "--json"), harness.DONE).out
        source, copy = self.both()
        places = {place["role"]: place for place in json.loads(text)["places"]}
        for role, region, snapshot in (("source", harness.SOURCE, source), ("target", harness.TARGET, copy)):
            self.assertEqual((region, 1, True), tuple(places[role][k] for k in ("region", "good_count", "is_rpo_met")))
            newest = places[role]["newest"]
            self.assertEqual((snapshot["DBSnapshotIdentifier"], "available", snapshot["KmsKeyId"]),
                             (newest["id"], newest["status"], newest["kms_key"]))

    def test_status_sees_an_old_copy(self):
        self.do_job()
        self.expect(self.verb("status", "--rpo", "1ms"), harness.NOT_MET)
        self.expect(self.verb("status", "--rpo", "30h"), harness.DONE)
        self.expect(self.verb("status", "--rpo", "30h", "--json"), harness.DONE)
        report = self.json_of(self.expect(self.verb("status", "--rpo", "1ms", "--json"), harness.NOT_MET))
        self.assertIs(False, report["is_met"])

    def test_names_and_tags(self):
        self.expect(self.verb("apply", "--now", "--wait", "--snapshot-name", "{db}-s-{time}", "--copy-name",
                              "{db}-c-{time}", "--tag", "team=shop", "--tag", "cost centre=a=b"), harness.DONE)
        source, copy = self.both()
        self.assertRegex(source["DBSnapshotIdentifier"], rf"^{harness.DATABASE}-s-\d{{14}}$")
        self.assertRegex(copy["DBSnapshotIdentifier"], rf"^{harness.DATABASE}-c-\d{{14}}$")
        for snapshot in (source, copy):
            self.assertEqual(("shop", "a=b"), (snapshot["tags"].get("team"), snapshot["tags"].get("cost centre")))

    def test_unencrypted_database(self):
        self.emulator.create_database("plain")
        self.expect(self.verb("apply", "--now", "--wait", db="plain"), harness.DONE)
        copy = next(s for s in self.own(harness.TARGET) if s["DBInstanceIdentifier"] == "plain")
        self.assertEqual("true", copy["Encrypted"])

    def test_region_of_another_partition(self):
        environment = self.emulator.environment()
        result = self.verb("plan", to="us-gov-west-1", environment=environment)
        self.assertNotEqual(harness.DONE, result.code)
        self.assertIn("us-gov-west-1", result.out + result.err)

    def test_somebody_elses_snapshots_are_left_alone(self):
        name = "rds-auto-snapshot-20200101000000"
        self.emulator.query(harness.SOURCE, "CreateDBSnapshot", DBInstanceIdentifier=harness.DATABASE,
                            DBSnapshotIdentifier=name)
        self.emulator.advance("1h")
        self.emulator.clear_calls()
        self.do_job()
        self.assertEqual(["CreateDBSnapshot", "CopyDBSnapshot"], self.emulator.writes())
        self.assertIn(name, [s["DBSnapshotIdentifier"] for s in self.own(harness.SOURCE)])
        self.assertEqual(1, len(self.own(harness.TARGET)))

    def test_state_is_kept_with_data(self):
        data = self.emulator.folder / "state.json"
        first = harness.Emulator(data=data)
        try:
            flags = ["--db", harness.DATABASE, "--from", harness.SOURCE, "--to", harness.TARGET, "--key",
                     harness.KEY]
            self.expect(self.snapferry("apply", *flags, "--now", "--wait", environment=first.environment()),
                        harness.DONE)
            before = first.snapshots(harness.TARGET)
        finally:
            first.stop()
        second = harness.Emulator(data=data)
        try:
            self.assertEqual(before, second.snapshots(harness.TARGET))
        finally:
            second.stop()

    def test_help(self):
        for verb in ("plan", "apply", "status", "emulator"):
            with self.subTest(verb):
                result = self.expect(self.snapferry(verb, "--help"), harness.DONE)
                self.assertTrue(re.search(r"exit", result.out, re.IGNORECASE), result.out)
        top = self.expect(self.snapferry("--help"), harness.DONE)
        for verb in ("plan", "apply", "status", "emulator"):
            self.assertIn(verb, top.out)
        self.expect(self.snapferry("--version"), harness.DONE)


if __name__ == "__main__":
    harness.main()
