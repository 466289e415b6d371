#!/usr/bin/env python3
"""A stack that is scheduled by cron: the rule fires at the minute it names, and that minute is the slot.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import unittest

import harness
import serverless  # ends the file as skipped where boto3 is missing

import botocore.exceptions


class CronStackTest(serverless.ServerlessTest):
    def setUp(self):
        super().setUp()
        self.template = self.account.package(self.folder)

    def test_snapshots_are_of_the_minute_that_is_named(self):
        account = self.account
        stack = account.deploy_quickly(self.template, Schedule="cron(30 2 * * ? *)")
        # Without the sweep nobody but the rule begins.
        account.client("events").disable_rule(Name=stack.ids["SweepRule"])
        account.advance("14h")
        self.assertEqual([], account.names(harness.SOURCE))
        account.advance("2h")
        slot = account.now().replace(hour=2, minute=30, second=0, microsecond=0)
        self.assertEqual([f"rds-auto-snapshot-{slot:%Y%m%d%H%M%S}"], account.names(harness.SOURCE))
        account.advance("24h")
        days = [slot, slot + datetime.timedelta(days=1)]
        self.assertEqual([f"rds-auto-copy-{day:%Y%m%d%H%M%S}" for day in days], account.names(harness.TARGET))

    def test_a_schedule_that_ends_is_refused(self):
        with self.assertRaisesRegex(botocore.exceptions.ClientError, r"with \* for the year"):
            self.account.deploy_quickly(self.template, Schedule="cron(30 2 * * ? 2027)")


if __name__ == "__main__":
    serverless.require_judges()
    unittest.main()
