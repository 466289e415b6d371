#!/usr/bin/env python3
"""What AWS and the network do to a run: nothing is lost, nothing is doubled, a second apply finishes.

SPDX-License-Identifier: Apache-2.0
"""

import concurrent.futures

import harness


class FaultsTest(harness.EmulatorTest):
    def apply(self, *more):
        return self.verb("apply", "--wait", *more)

    def assert_one_of_each(self):
        for region in (harness.SOURCE, harness.TARGET):
            made = [s for s in self.emulator.snapshots(region) if s["SnapshotType"] == "manual"]
            self.assertEqual(["available"], [s["Status"] for s in made], made)

    def assert_applying_again_finishes(self):
        """After the faults: one more apply at most, one snapshot, one copy, and then nothing to do."""
        self.emulator.clear_faults()
        self.expect(self.apply(), harness.DONE)
        self.assert_one_of_each()
        self.emulator.clear_calls()
        self.expect(self.apply(), harness.DONE)
        self.assertEqual([], self.emulator.writes())

    def test_survived(self):
        """Faults that a run with --wait gets over by itself."""
        cases = [
            ("throttled reads", {"kind": "throttle", "operation": "DescribeDBSnapshots", "times": 2}),
            ("throttled create", {"kind": "throttle", "operation": "CreateDBSnapshot", "times": 2}),
            ("throttled copy", {"kind": "throttle", "operation": "CopyDBSnapshot", "times": 2}),
            ("server error on read", {"kind": "server_error", "operation": "DescribeDBInstances"}),
            ("server error on create", {"kind": "server_error", "operation": "CreateDBSnapshot"}),
            ("server error on copy", {"kind": "server_error", "operation": "CopyDBSnapshot"}),
            ("lost reply on create", {"kind": "lost_reply", "operation": "CreateDBSnapshot"}),
            ("lost reply on copy", {"kind": "lost_reply", "operation": "CopyDBSnapshot"}),
            ("lost reply on read", {"kind": "lost_reply", "operation": "DescribeDBSnapshots"}),
            ("slow answer", {"kind": "slow", "operation": "DescribeDBSnapshots", "delay": "1s"}),
            ("key read throttled", {"kind": "throttle", "operation": "DescribeKey"}),
        ]
        for name, fault in cases:
            with self.subTest(name):
                self.fresh()
                self.emulator.fault(**fault)
                self.expect(self.apply(), harness.DONE)
                self.assertEqual([], self.pending_faults(), "the fault did not strike")
                self.assert_applying_again_finishes()

    def test_may_stop_a_run(self):
        """Faults that may end a run: it says so in one line, and the next apply finishes."""
        cases = [
            ("garbage on read", {"kind": "garbage", "operation": "DescribeDBSnapshots"}),
            ("garbage on create", {"kind": "garbage", "operation": "CreateDBSnapshot"}),
            ("garbage on copy", {"kind": "garbage", "operation": "CopyDBSnapshot"}),
            ("always throttled", {"kind": "throttle", "operation": "DescribeDBInstances", "times": -1}),
            ("source region away", {"kind": "server_error", "region": harness.SOURCE, "times": -1}),
        ]
        for name, fault in cases:
            with self.subTest(name):
                self.fresh()
                self.emulator.fault(**fault)
                result = self.apply("--timeout", "3s")
                self.assertIn(result.code, (harness.DONE, harness.FAILED, harness.PARTLY), result)
                if result.code != harness.DONE:
                    self.assertIn("hint:", result.err)
                self.assert_applying_again_finishes()

    def test_target_region_away(self):
        """The snapshot is taken all the same; the receipt names the region."""
        self.emulator.fault("server_error", region=harness.TARGET, times=-1)
        result = self.verb("apply", "--now")
        self.assertIn(result.code, (harness.FAILED, harness.PARTLY), result)
        self.assertIn(harness.TARGET, result.out + result.err)
        made = self.emulator.snapshots(harness.SOURCE)
        self.assertEqual(1, len(made))

    def test_failed_copy_is_made_again(self):
        self.emulator.fault("fail_copy", snapshot="rds-auto-copy")
        self.expect(self.apply(), harness.DONE)
        self.assert_one_of_each()
        self.assertEqual(2, self.emulator.writes().count("CopyDBSnapshot"))
        self.assert_applying_again_finishes()

    def test_failed_snapshot_is_made_again(self):
        self.emulator.fault("fail_copy", snapshot="rds-auto-snapshot")
        self.expect(self.apply(), harness.DONE)
        self.assert_one_of_each()
        self.assert_applying_again_finishes()

    def test_lists_lag_behind(self):
        self.emulator.fault("list_lag", delay="2s", times=2)
        self.expect(self.apply(), harness.DONE)
        self.assert_one_of_each()
        self.assert_applying_again_finishes()

    def test_two_at_once(self):
        """A schedule and a person at the same moment meet the same names."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda _: self.apply(), range(2)))
        for result in results:
            self.expect(result, harness.DONE)
        self.assert_one_of_each()
        self.assert_applying_again_finishes()

    def test_killed_after_the_create(self):
        """A run that dies at any call: the next one finds the truth in AWS."""
        self.expect(self.verb("apply"), harness.DONE)  # a run that ended right after its create
        self.assert_applying_again_finishes()

    def fresh(self):
        """A new world for the next case."""
        self.emulator.stop()
        self.emulator = harness.Emulator(speed=self.speed)

    def pending_faults(self):
        answer = self.emulator.control("GET", "faults")
        faults = answer["faults"] if isinstance(answer, dict) else answer
        return [f for f in faults if f.get("times", 1) != 0]

    def setUp(self):
        self.emulator = harness.Emulator(speed=self.speed)
        self.addCleanup(lambda: self.emulator.stop())


if __name__ == "__main__":
    harness.main()
