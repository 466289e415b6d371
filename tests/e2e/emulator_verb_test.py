#!/usr/bin/env python3
"""`snapferry emulator` tells where it listens, and says so when what it kept is lost.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import shutil
import socket
import tempfile
import unittest

import harness


def has_ipv6_loopback():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class EmulatorVerbTest(unittest.TestCase):
    @unittest.skipUnless(has_ipv6_loopback(), "no IPv6 loopback here")
    def test_an_ipv6_address_is_printed_as_a_url(self):
        emulator = harness.Emulator(arguments=("--address", "::1"))
        try:
            self.assertRegex(emulator.endpoint, r"^http://\[::1\]:\d+$")
            self.assertEqual("ok", emulator.control("GET", "health")["status"])
        finally:
            emulator.stop()
        self.assertIn(f"AWS_ENDPOINT_URL={emulator.endpoint} ", emulator.errors)
        self.assertEqual(harness.DONE, emulator.code)

    def test_a_last_save_that_fails_is_an_error(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="snapferry-e2e-"))
        emulator = harness.Emulator(data=folder / "world.json")
        shutil.rmtree(folder)
        emulator.stop()
        self.assertEqual(harness.FAILED, emulator.code)
        self.assertRegex(emulator.errors, r"(?m)^error: data file .*world\.json cannot be written")


if __name__ == "__main__":
    harness.main()
