#!/usr/bin/env python3
"""What goes wrong with a deployed stack is seen, told, and mends itself when its cause is mended.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import harness
import serverless


class TroubleTest(serverless.ServerlessTest):
    def setUp(self):
        super().setUp()
        template = self.account.package(self.folder)
        self.stack = self.account.deploy_quickly(template, AlertEmail="oncall@example.org")
        self.confirm_subscription()
        self.account.advance("6h")
        self.assertEqual(1, len(self.account.names(harness.TARGET)))
        self.assert_alarms(self.stack)
        self.told_before = len(self.account.outbox())

    def confirm_subscription(self):
        """What the person behind the address does with the first message."""
        (asked,) = self.account.outbox()
        token = asked["message"].split()[-1]
        self.account.client("sns").confirm_subscription(TopicArn=asked["topic_arn"], Token=token)

    def told(self):
        """What was published since the stack stood, as (subject, message)."""
        messages = self.account.outbox()[self.told_before:]
        for message in messages:
            self.assertTrue(message["deliveries"], message["subject"])
            self.assertEqual([], [d for d in message["deliveries"] if "refused_with" in d], message["subject"])
        return [(m["subject"], m["message"]) for m in messages]

    def assert_told(self, *words):
        found = self.told()
        self.assertTrue(any(all(w in f"{subject}\n{message}" for w in words) for subject, message in found),
                        f"{words} in none of {[subject for subject, _ in found]}")

    def test_broken_key(self):
        account, stack = self.account, self.stack
        key = stack.outputs["DestinationKeyArn"]
        account.aws("kms", "disable-key", "--key-id", key, "--region", harness.TARGET)

        # The next slot's snapshot is made, its copy cannot be.
        account.advance("12h")
        self.assertEqual(2, len(account.names(harness.SOURCE)))
        self.assertEqual(1, len(account.names(harness.TARGET)))
        answer, is_failed = stack.invoke(action="apply")
        self.assertTrue(is_failed, answer)
        self.assertEqual("Snapferry.TickFailed", answer["errorType"])
        self.assertIn(key, answer["errorMessage"])
        self.assertIn("hint", answer["errorMessage"])
        # Each event was tried three times, and then buried with its reason.
        self.assertGreater(stack.dead_letters(), 0)
        letter = account.client("sqs").receive_message(
            QueueUrl=stack.outputs["DeadLetterQueueUrl"], MessageAttributeNames=["All"],
            VisibilityTimeout=0)["Messages"][0]
        self.assertIn("action", letter["Body"])
        self.assertIn(key, letter["MessageAttributes"]["ErrorMessage"]["StringValue"])
        self.assert_alarms(stack, TicksFail="ALARM", DeadLettersWait="ALARM")
        self.assert_told("ALARM", "TicksFail", "docs/runbooks/ticks-fail.md")
        self.assert_told("ALARM", "DeadLettersWait", "docs/runbooks/dead-letters.md")
        # The digest of the daily run says in plain words what to do.
        account.advance("10h")
        self.assert_alarms(stack, TicksFail="ALARM", DeadLettersWait="ALARM", RecoveryPointTooOld="ALARM")
        self.assert_told("ALARM", "RecoveryPointTooOld", "docs/runbooks/recovery-point-too-old.md")
        self.assert_told("snapferry", key)

        # Mended: the missed copy is made without anybody asking for it.
        account.aws("kms", "enable-key", "--key-id", key, "--region", harness.TARGET)
        account.advance("4h")
        newest = account.snapshots(harness.TARGET)[-1]
        self.assertEqual("available", newest["Status"])
        self.assertEqual(account.names(harness.SOURCE)[-1].replace("snapshot", "copy"), newest["DBSnapshotIdentifier"])
        self.assert_alarms(stack, DeadLettersWait="ALARM")
        self.assert_told("OK", "RecoveryPointTooOld")
        account.client("sqs").purge_queue(QueueUrl=stack.outputs["DeadLetterQueueUrl"])
        account.advance("1h")
        self.assert_alarms(stack)

    def test_nothing_runs(self):
        """The dead man's switch: no run, no error, no metric, and still an alarm."""
        account, stack = self.account, self.stack
        events = account.client("events")
        rules = ("DailyRule", "SweepRule", "SnapshotRule")
        for rule in rules:
            account.aws("events", "disable-rule", "--name", stack.ids[rule])
        invoked = len(stack.log())
        account.advance("2h")
        self.assertEqual(invoked, len(stack.log()))
        self.assert_alarms(stack, RecoveryPointTooOld="ALARM")
        self.assert_told("ALARM", "RecoveryPointTooOld", "docs/runbooks/recovery-point-too-old.md")
        for rule in rules:
            events.enable_rule(Name=stack.ids[rule])
        account.advance("1h")
        self.assert_alarms(stack)

    def test_database_is_gone(self):
        """What is left is kept, whatever its age; somebody is told."""
        account, stack = self.account, self.stack
        account.client("rds").delete_db_instance(DBInstanceIdentifier=harness.DATABASE, SkipFinalSnapshot=True)
        account.advance("30h")
        self.assertEqual(1, len(account.names(harness.TARGET)))
        self.assertEqual(1, len(account.names(harness.SOURCE)))
        self.assertEqual("ALARM", stack.alarms()["TicksFail"])
        answer, is_failed = stack.invoke(action="apply")
        self.assertTrue(is_failed)
        self.assertIn(harness.DATABASE, answer["errorMessage"])

    def test_quota_nearly_used(self):
        account, stack = self.account, self.stack
        rds = account.client("rds", harness.TARGET)
        copy = account.snapshots(harness.TARGET)[0]["DBSnapshotIdentifier"]
        # Twenty copies at a time, of those that somebody else makes in the region.
        for number in range(80):
            rds.copy_db_snapshot(SourceDBSnapshotIdentifier=copy, TargetDBSnapshotIdentifier=f"somebody-{number}")
            if number % 20 == 19:
                account.advance("3h")
        self.assertEqual("ALARM", stack.alarms()["QuotaNearlyUsed"])
        self.assert_told("ALARM", "QuotaNearlyUsed", "docs/runbooks/quota-nearly-used.md")


if __name__ == "__main__":
    serverless.require_judges()
    unittest.main()
