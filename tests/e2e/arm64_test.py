#!/usr/bin/env python3
"""The function for arm64, under an emulated processor, through one event. Skipped where it was not built
(./set_up arm64; cmake --preset release-arm64; cmake --build --preset release-arm64 --target lambda).

SPDX-License-Identifier: Apache-2.0
"""

import shutil
import unittest
import zipfile

import harness
import runtime_stand_in

BUILT = harness.ROOT / "build" / "release-arm64"
BOOTSTRAP = BUILT / "bootstrap"
QEMU = shutil.which("qemu-aarch64-static")


class Arm64Test(harness.EmulatorTest):
    def test_it_serves_an_event(self):
        header = BOOTSTRAP.read_bytes()[:20]
        self.assertEqual(b"\x7fELF\x02\x01", header[:6])
        self.assertEqual(183, int.from_bytes(header[18:20], "little"))  # EM_AARCH64
        api = runtime_stand_in.RuntimeApi()
        self.addCleanup(api.stop)
        variables = self.emulator.environment(SNAPFERRY_DATABASE=harness.DATABASE, SNAPFERRY_KMS_KEY=harness.KEY,
                                              SNAPFERRY_TARGET_REGION=harness.TARGET)
        function = runtime_stand_in.Function(api, BOOTSTRAP, {k: v for k, v in variables.items() if "AWS" in k or
                                                              "SNAPFERRY" in k}, runner=[QEMU])
        self.addCleanup(function.stop)
        api.send({"action": "apply"})
        outcome = api.outcome()
        self.assertEqual("response", outcome.kind, outcome.body)
        self.assertEqual(1, outcome.body["acted_count"])
        self.assertEqual(1, len(self.emulator.snapshots(harness.SOURCE)))

    def test_its_zip_file_is_as_lambda_wants_it(self):
        with zipfile.ZipFile(BUILT / "lambda.zip") as archive:
            self.assertEqual(["bootstrap"], archive.namelist())
            info = archive.infolist()[0]
            self.assertEqual(0o755, (info.external_attr >> 16) & 0o777)
            self.assertLess(info.file_size, 8_000_000)


if __name__ == "__main__":
    harness.require(QEMU, "qemu-aarch64-static")
    harness.require(BOOTSTRAP.exists(), str(BOOTSTRAP))
    unittest.main()
