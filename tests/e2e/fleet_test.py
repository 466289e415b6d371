#!/usr/bin/env python3
"""Many databases under one policy file: all of them, each on its own, and none in silence.

SPDX-License-Identifier: Apache-2.0
"""

import json
import time

import harness

POLICY = """
version: 1
policies:
  - name: production
    source: {region: eu-west-1}
    databases:
      - id: gtp-paul-mysql-lab-db
      - id_like: "prod-*"
      - tag: {backup: daily}
    except:
      - tag: {env: scratch}
    schedule: rate(1 day)
    spread: 0
    snapshot:
      name: "auto-{db}-{time}"
      keep: {last: 3, days: 7}
      tags: {team: data}
    targets:
      - region: eu-central-1
        keys: {default: alias/dr}
        name: "copy-{db}-{time}"
        keep: {daily: 30, last: 2}
    rpo: 26h
"""
# Every mistake at once: each has its line.
WRONG = POLICY.replace("id_like", "id_lik").replace("region: eu-central-1", "region: eu-west-1").replace(
    "{daily: 30, last: 2}", "{daily: 0}")


class FleetTest(harness.EmulatorTest):
    def setUp(self):
        super().setUp()
        self.file = self.emulator.folder / "fleet.yaml"
        self.file.write_text(POLICY)

    def fleet(self, verb, *more, **environment):
        return self.snapferry(verb, "--policy", str(self.file), *more,
                              environment=self.emulator.environment(**environment))

    def databases(self):
        """Made without moving the clock, which is ahead of the program's then, and all data with it."""
        daily, scratch = ("backup", "daily"), ("env", "scratch")
        for name, engine, tag in (("prod-a", "mysql", None), ("prod-b", "postgres", None), ("users", "mysql", daily),
                                  ("other", "mysql", None), ("prod-scratch", "mysql", scratch)):
            tags = {"Tags__Tag__1__Key": tag[0], "Tags__Tag__1__Value": tag[1]} if tag else {}
            self.emulator.query(harness.SOURCE, "CreateDBInstance", DBInstanceIdentifier=name, Engine=engine,
                                DBInstanceClass="db.t3.micro", AllocatedStorage="20", MasterUsername="admin1",
                                MasterUserPassword="not-a-secret-1", **tags)
        until = time.monotonic() + harness.SECONDS_MAX
        while True:
            answer = self.emulator.query(harness.SOURCE, "DescribeDBInstances")
            statuses = [s.text for s in answer.iter() if harness.local_name(s) == "DBInstanceStatus"]
            if set(statuses) == {"available"}:
                return
            self.assertLess(time.monotonic(), until, statuses)
            time.sleep(0.05)

    MEANT = ["gtp-paul-mysql-lab-db", "prod-a", "prod-b", "users"]

    def names(self, region):
        """Databases that have snapshots of ours there."""
        return sorted({s["DBInstanceIdentifier"] for s in self.emulator.snapshots(region)
                       if "snapferry:policy" in s.get("tags", {})})

    def test_all_that_is_meant_and_nothing_else(self):
        self.databases()
        plan = json.loads(self.expect(self.fleet("plan", "--json"), harness.DONE).out)
        self.assertEqual("fleet_plan", plan["type"])
        self.assertEqual(self.MEANT, [p["database"] for p in plan["plans"]])
        self.assertEqual([], self.emulator.snapshots(harness.SOURCE))
        self.expect(self.fleet("apply", "--wait"), harness.DONE)
        self.assertEqual(self.MEANT, self.names(harness.SOURCE))
        self.assertEqual(self.MEANT, self.names(harness.TARGET))
        for copy in self.emulator.snapshots(harness.TARGET):
            self.assertEqual("data", copy["tags"]["team"])
            self.assertEqual("true", copy["Encrypted"])
        self.expect(self.fleet("status"), harness.DONE)
        # Again: nothing is due, so nothing is made.
        self.emulator.clear_calls()
        again = self.expect(self.fleet("apply", "--json"), harness.DONE)
        self.assertEqual([], self.emulator.writes())
        summary = json.loads(again.out.splitlines()[-1])
        self.assertEqual(("fleet_summary", 0, 4, 4),
                         (summary["type"], summary["acted_count"], summary["database_count"], len(summary["databases"])))

    def test_each_region_is_read_once(self):
        self.databases()
        self.emulator.clear_calls()
        self.expect(self.fleet("plan"), harness.DONE)
        reads = [(c["operation"], c["region"]) for c in self.emulator.calls()]
        self.assertEqual(len(reads), len(set(reads)), reads)

    def test_one_that_fails_stops_no_other(self):
        self.databases()
        self.file.write_text(POLICY.replace("keys: {default: alias/dr}",
                                            "keys: {default: alias/dr, prod-a: alias/no-such-key}"))
        result = self.expect(self.fleet("apply", "--wait", "--json"), harness.PARTLY)
        self.assertEqual(self.MEANT, self.names(harness.SOURCE))
        self.assertEqual([d for d in self.MEANT if d != "prod-a"], self.names(harness.TARGET))
        summary = json.loads(result.out.splitlines()[-1])
        self.assertGreater(summary["trouble_count"], 0)
        status = self.expect(self.fleet("status", "--json"), harness.NOT_MET)
        missed = [d["database"] for d in json.loads(status.out)["databases"] if not d["is_met"]]
        self.assertEqual(["prod-a"], missed)
        text = self.fleet("plan").out
        self.assertIn("alias/no-such-key", text)

    def test_what_is_named_and_missing_is_said(self):
        self.file.write_text(POLICY.replace("gtp-paul-mysql-lab-db", "gtp-paul-mysql-lab-bd"))
        result = self.expect(self.fleet("plan"), harness.FAILED)
        self.assertIn("no database gtp-paul-mysql-lab-bd in eu-west-1", result.out)
        self.assertIn("Did you mean gtp-paul-mysql-lab-db?", result.out)

    def test_a_region_that_cannot_be_read(self):
        self.emulator.fault("server_error", operation="DescribeDBInstances", times=-1)
        result = self.expect(self.fleet("apply", AWS_MAX_ATTEMPTS="1"), harness.FAILED)
        self.assertIn("policy production: nothing planned", result.err)
        self.assertEqual([], self.emulator.writes())
        self.assertEqual(harness.NOT_MET, self.fleet("status", AWS_MAX_ATTEMPTS="1").code)

    def test_a_policy_that_means_nothing_is_said(self):
        self.file.write_text(POLICY.replace("gtp-paul-mysql-lab-db", "x").replace("- id: x", "- id_like: nothing-*"))
        self.assertIn("policy production means no database", self.expect(self.fleet("plan"), harness.FAILED).err)
        self.expect(self.fleet("status"), harness.NOT_MET)

    def test_policy_check(self):
        good = self.expect(self.snapferry("policy", "check", str(self.file)), harness.DONE)
        self.assertIn("1 policy, nothing wrong", good.out)
        self.file.write_text(WRONG)
        bad = self.expect(self.snapferry("policy", "check", str(self.file)), harness.USAGE)
        for line, words in ((8, "id_lik"), (19, "eu-west-1"), (22, "daily")):
            self.assertRegex(bad.out, rf"fleet.yaml:{line}:\d+: .*{words}")
        document = json.loads(self.snapferry("policy", "check", str(self.file), "--json").out)
        self.assertEqual((False, [8, 19, 22]), (document["is_good"], sorted({p["line"] for p in document["problems"]})))
        # The verbs say the same, and ask nobody.
        self.emulator.clear_calls()
        refused = self.expect(self.fleet("apply"), harness.USAGE)
        self.assertIn("fleet.yaml:8:", refused.err)
        self.assertEqual([], self.emulator.calls())

    def told(self):
        return self.emulator.control("GET", "outbox")

    def test_topic_is_told_when_something_is_wrong(self):
        self.emulator.query(harness.SOURCE, "CreateTopic", service="sns", Name="alerts")
        topic = f"arn:aws:sns:{harness.SOURCE}:{harness.ACCOUNT}:alerts"
        with_topic = POLICY + f"    alerts: {{topic: \"{topic}\"}}\n"
        self.file.write_text(with_topic)
        self.expect(self.fleet("apply", "--wait"), harness.DONE)
        self.assertEqual([], self.told())
        # One of two is wrong: it is told, with the way out, and the other is not.
        wrong = with_topic.replace("- id: gtp", "- id: nobody\n      - id: gtp")
        self.file.write_text(wrong)
        self.expect(self.fleet("apply", "--wait"), harness.FAILED)
        (told,) = self.told()
        self.assertEqual("snapferry: production: 1 of 2 databases in trouble", told["subject"])
        self.assertIn("no database nobody in eu-west-1", told["message"])
        self.assertNotIn("gtp-paul-mysql-lab-db,", told["message"])
        # Looking tells nobody; and a topic that does not answer changes no exit code.
        self.expect(self.fleet("plan"), harness.FAILED)
        self.expect(self.fleet("status"), harness.NOT_MET)
        self.assertEqual(1, len(self.told()))
        self.file.write_text(wrong.replace(":alerts", ":gone"))
        silent = self.expect(self.fleet("apply", "--wait"), harness.FAILED)
        self.assertIn("policy production: the alert was not sent", silent.err)

    def test_flags_and_file_exclude_one_another(self):
        result = self.expect(self.fleet("plan", "--db", "orders"), harness.USAGE)
        self.assertIn("--policy", result.err)
        now = self.expect(self.fleet("apply", "--now"), harness.USAGE)
        self.assertIn("--now is for one database", now.err)
        missing = self.expect(self.snapferry("plan", "--policy", "no-such-file"), harness.USAGE)
        self.assertIn("no-such-file", missing.err)


if __name__ == "__main__":
    harness.main()
