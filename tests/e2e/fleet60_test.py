#!/usr/bin/env python3
"""Sixty databases as `emulator --fleet 60` has them, under examples/fleet.yaml: every verb, Aurora and other
clusters among them, members that fail, and full quotas.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import json

import harness

EXAMPLE = str(harness.ROOT / "examples" / "fleet.yaml")
CLUSTERS = ["aurora-0012", "aurora-0024", "aurora-0036", "aurora-0048", "aurora-0060", "docdb-0030", "neptune-0006",
            "neptune-0054", "prod-0015"]
MULTI_AZ = "prod-0015"  # RDS copies none of its snapshots
ALL = 61


class Fleet60Test(harness.EmulatorTest):
    lab, arguments = False, ("--fleet", "60")

    def fleet(self, verb, *more):
        return self.snapferry(verb, "--policy", EXAMPLE, *more, environment=self.emulator.environment())

    def document(self, verb, code, *more):
        return json.loads(self.expect(self.fleet(verb, "--json", *more), code).out.splitlines()[-1])

    def steps(self, document):
        return [s for plan in document["plans"] for s in plan["steps"]]

    def test_a_day_of_the_example(self):
        plan = self.document("plan", harness.PARTLY)
        self.assertEqual(ALL, len(plan["plans"]))
        clusters = sorted(p["database"] for p in plan["plans"] if p["database_kind"] == "cluster")
        self.assertEqual(CLUSTERS, clusters)
        blocked = [(s["database"], s["reason"]["code"]) for s in self.steps(plan) if s["kind"] == "blocked"]
        self.assertEqual([(MULTI_AZ, "copy_unsupported")], blocked)

        # One that stops and one that fails: the others are done.
        self.emulator.query(harness.SOURCE, "StopDBCluster", DBClusterIdentifier="aurora-0012")
        self.emulator.fault("server_error", operation="CreateDBSnapshot", times=4)
        self.expect(self.fleet("apply", "--wait", "--timeout", "60s"), harness.PARTLY)
        status = self.document("status", harness.NOT_MET)
        missed = sorted(d["database"] for d in status["databases"] if not d["is_met"])
        self.assertEqual(["aurora-0012", MULTI_AZ], missed)
        kinds = collections.Counter((q["region"], q["kind"]) for q in status["quotas"])
        self.assertEqual({1}, set(kinds.values()))
        self.assertEqual(4, len(kinds))

        # A second run has nothing left to start.
        again = self.document("plan", harness.FAILED)
        self.assertEqual({"blocked"}, {s["kind"] for s in self.steps(again)})

    def test_full_quotas_wait_and_say_so(self):
        self.emulator.control("POST", "quotas", {"region": harness.SOURCE, "manual_snapshots": 5,
                                                 "manual_cluster_snapshots": 2})
        plan = self.document("plan", harness.PARTLY)
        reasons = collections.Counter((s["reason"]["code"], s["kind"], s["database_kind"]) for s in self.steps(plan)
                                      if s["region"] == harness.SOURCE)
        self.assertEqual(5, reasons["slot_due", "create", "instance"])
        self.assertEqual(2, reasons["slot_due", "create", "cluster"])
        self.assertEqual(ALL - len(CLUSTERS) - 5, reasons["manual_quota_full", "wait", "instance"])
        self.assertEqual(len(CLUSTERS) - 2, reasons["manual_quota_full", "wait", "cluster"])
        self.expect(self.fleet("apply"), harness.PARTLY)
        full = [q for q in self.document("status", harness.NOT_MET)["quotas"]
                if q["region"] == harness.SOURCE and q["kind"] == "instance"]
        self.assertEqual([(5, 5, 0)], [(q["used"], q["max"], q["full_in_days"]) for q in full])
        lines = self.expect(self.fleet("status"), harness.NOT_MET).out
        self.assertIn("eu-west-1: 5 of 5 manual snapshots, full", lines)

    def test_copies_wait_for_room_in_flight(self):
        self.emulator.control("POST", "quotas", {"region": harness.TARGET, "copies_in_flight": 20,
                                                 "cluster_copies_in_flight": 5})
        self.expect(self.fleet("apply", "--wait", "--timeout", "60s"), harness.PARTLY)
        copies = self.emulator.snapshots(harness.TARGET)
        self.assertEqual(ALL - len(CLUSTERS), sum(s["Status"] == "available" for s in copies))
        refused = [c for c in self.emulator.calls() if c["operation"].startswith("Copy") and c["status"] != 200]
        self.assertEqual([], refused)

    def test_the_example_is_right_and_doctor_looks_at_it(self):
        self.expect(self.snapferry("policy", "check", EXAMPLE, environment=self.emulator.environment()), harness.DONE)
        seen = self.fleet("doctor", "--json")
        self.assertIn(seen.code, (harness.DONE, harness.NOT_MET), seen.err)
        self.assertTrue(json.loads(seen.out)["checks"])


if __name__ == "__main__":
    harness.main()
