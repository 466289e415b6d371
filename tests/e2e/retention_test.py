#!/usr/bin/env python3
"""Retention as its user sees it: what is older than its days goes, and nothing else.

The emulator's time moves with its host's; snapshots become old by being written back in its data file.
SPDX-License-Identifier: Apache-2.0
"""

import datetime
import json

import harness

DAY_MS = 86_400_000


def aged(node, stamp, days):
    """Makes every record named after `stamp` that much older; returns how many."""
    if isinstance(node, list):
        return sum(aged(item, stamp, days) for item in node)
    if not isinstance(node, dict):
        return 0
    count = sum(aged(item, stamp, days) for item in node.values())
    if str(node.get("id", "")).endswith(stamp) and "original_create_time" in node:
        for name in ("create_time", "original_create_time", "database_time"):
            if isinstance(node.get(name), int):
                node[name] -= days * DAY_MS
        count += 1
    return count


class RetentionTest(harness.EmulatorTest):
    def setUp(self):
        """Three snapshots with their copies: of ten days ago, of five days ago, and of now."""
        self.folder = harness.pathlib.Path(harness.tempfile.mkdtemp(prefix="snapferry-e2e-"))
        self.addCleanup(harness.shutil.rmtree, self.folder)
        data = self.folder / "state.json"
        self.emulator = harness.Emulator(data=data)
        stamps = []
        try:
            for _ in range(3):
                self.expect(self.verb("apply", "--now", "--wait"), harness.DONE)
                stamps.append(max(s[-14:] for s in self.names(harness.SOURCE)))
                harness.next_second()
        finally:
            self.emulator.stop()
        self.stamps = self.write_back(data, stamps, (10, 5, 0))
        self.emulator = harness.Emulator(data=data)
        self.addCleanup(self.emulator.stop)

    def write_back(self, data, stamps, days):
        text, moved = data.read_text(), []
        for stamp, age in zip(stamps, days):
            then = datetime.datetime.strptime(stamp, "%Y%m%d%H%M%S")
            old = then - datetime.timedelta(days=age)
            text = text.replace(stamp, f"{old:%Y%m%d%H%M%S}")
            text = text.replace(f"{then:%Y-%m-%dT%H:%M:%SZ}", f"{old:%Y-%m-%dT%H:%M:%SZ}")
            moved.append(f"{old:%Y%m%d%H%M%S}")
        state = json.loads(text)
        for stamp, age in zip(moved, days):
            self.assertEqual(2, aged(state, stamp, age), "a snapshot and its copy")
        data.write_text(json.dumps(state))
        return moved

    def names(self, region):
        return sorted(s["DBSnapshotIdentifier"] for s in self.emulator.snapshots(region)
                      if s["SnapshotType"] == "manual")

    def snapshot(self, which):
        return f"rds-auto-snapshot-{self.stamps[which]}"

    def copy(self, which):
        return f"rds-auto-copy-{self.stamps[which]}"

    def plan(self, *more, **changed):
        result = self.verb("plan", "--json", *more, **changed)
        plan = json.loads(result.out)
        return plan, {kept["snapshot"]: kept["rule"] for kept in plan["kept"]}

    def deletes_of(self, plan):
        return [step["snapshot"] for step in plan["steps"] if step["kind"] == "delete"]

    def test_nothing_is_deleted_unless_days_are_given(self):
        plan, kept = self.plan()
        self.assertEqual([], plan["steps"])
        self.assertEqual({"no_retention"}, set(kept.values()))
        self.assertEqual(6, len(kept))

    def test_older_than_its_days_goes_and_nothing_else(self):
        days = ("--keep-days", "3", "--copy-keep-days", "7")
        plan, kept = self.plan(*days)
        self.assertEqual([self.snapshot(0), self.snapshot(1), self.copy(0)], self.deletes_of(plan))
        self.assertEqual({self.snapshot(2): "days", self.copy(1): "days", self.copy(2): "days"}, kept)
        text = self.expect(self.verb("plan", "--verbose", *days), harness.DONE).out
        self.assertRegex(text, rf"delete\s+{harness.TARGET}\s+{self.copy(0)}\s+10d00h old; no rule keeps it \(days 7\)")
        self.assertRegex(text, rf"keep\s+{harness.TARGET}\s+{self.copy(1)}\s+days: 5d00h old; kept: days 7")
        self.emulator.clear_calls()
        self.expect(self.verb("apply", "--wait", *days), harness.DONE)
        self.assertEqual(["DeleteDBSnapshot"] * 3, self.emulator.writes())
        self.assertEqual([self.snapshot(2)], self.names(harness.SOURCE))
        self.assertEqual([self.copy(1), self.copy(2)], self.names(harness.TARGET))
        self.emulator.clear_calls()
        self.expect(self.verb("apply", *days), harness.DONE)
        self.assertEqual([], self.emulator.writes())

    def test_the_guard_is_visible(self):
        """What a target still lacks stays, however old; and so does what a person holds."""
        self.emulator.query(harness.SOURCE, "AddTagsToResource",
                            ResourceName=f"arn:aws:rds:{harness.SOURCE}:{harness.ACCOUNT}:snapshot:{self.snapshot(0)}",
                            Tags__Tag__1__Key="snapferry:hold", Tags__Tag__1__Value="audit")
        for which in (1, 2):
            self.emulator.query(harness.TARGET, "DeleteDBSnapshot", DBSnapshotIdentifier=self.copy(which))
        _, kept = self.plan("--keep-days", "1", "--copy-keep-days", "1")
        self.assertEqual({self.snapshot(0): "hold", self.snapshot(1): "guard", self.snapshot(2): "days",
                          self.copy(0): "min"}, kept)

    def test_too_many_deletes_are_left_to_a_person(self):
        days = ("--keep-days", "3")
        self.emulator.clear_calls()
        result = self.verb("apply", "--max-deletes", "1", *days)
        self.expect(result, harness.FAILED)
        self.assertIn("no rule keeps 2 of 6 snapshots, and a run deletes 1 at most", result.err)
        self.assertIn("--yes", result.err)
        self.assertEqual([], self.emulator.writes())
        self.expect(self.verb("apply", "--yes", *days), harness.DONE)
        self.assertEqual(["DeleteDBSnapshot"] * 2, self.emulator.writes())

    def test_alert_tells_a_topic_and_only_when_something_is_wrong(self):
        self.emulator.query(harness.SOURCE, "CreateTopic", service="sns", Name="alerts")
        topic = f"arn:aws:sns:{harness.SOURCE}:{harness.ACCOUNT}:alerts"
        self.emulator.clear_calls()
        self.expect(self.verb("apply", "--alert", topic), harness.DONE)
        self.expect(self.verb("status", "--alert", topic), harness.DONE)
        self.assertEqual([], self.emulator.writes())
        self.expect(self.verb("status", "--alert", topic, "--rpo", "1ms"), harness.NOT_MET)
        self.expect(self.verb("apply", "--alert", topic, "--keep-days", "3", "--max-deletes", "0"),
                    harness.FAILED)
        self.assertEqual(["Publish", "Publish"], self.emulator.writes())

    def test_days_that_would_keep_nothing_are_refused(self):
        self.emulator.clear_calls()
        result = self.expect(self.verb("plan", "--keep-days", "0", "--copy-keep-days", "x"), harness.USAGE)
        for word in ("--keep-days: 0 days would keep nothing", "--copy-keep-days", "2 problems"):
            self.assertIn(word, result.err)
        self.assertEqual([], self.emulator.calls())


if __name__ == "__main__":
    harness.main()
