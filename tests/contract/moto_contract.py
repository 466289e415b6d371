#!/usr/bin/env python3
"""Runs the contract suite's moto cases against a moto_server of its own on a free port.

Exits 77, with the reason, when moto_server is not installed.
SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 60
SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_moto():
    own = ROOT / "build" / "venv" / "bin" / "moto_server"
    return str(own) if own.exists() else shutil.which("moto_server")


def read_endpoint(process):
    """The address that the server says it listens on; None when it ends or is silent."""
    until = time.monotonic() + SECONDS_MAX
    seen = ""
    while time.monotonic() < until:
        ready, _, _ = select.select([process.stderr], [], [], until - time.monotonic())
        line = process.stderr.readline() if ready else ""
        if not line:
            break
        seen += line
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found.group(0)
    print(f"moto_server did not start: {seen}", file=sys.stderr)
    return None


def main():
    if len(sys.argv) != 2:
        print("usage: moto_contract.py <contract_test>", file=sys.stderr)
        return 2
    moto = find_moto()
    if moto is None:
        print("skipped: moto_server is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="snapferry-moto-") as folder:
        log = subprocess.PIPE
        server = subprocess.Popen([moto, "-H", "127.0.0.1", "-p", "0"], cwd=folder,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                                  text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        try:
            endpoint = read_endpoint(server)
            if endpoint is None:
                return 1
            environment = {**os.environ, "SNAPFERRY_MOTO_ENDPOINT": endpoint}
            suite = subprocess.Popen([sys.argv[1], "--gtest_filter=Moto/*"], env=environment)
            # The server logs each request to a pipe: read it, or it stops when the pipe is full.
            while suite.poll() is None:
                ready, _, _ = select.select([server.stderr], [], [], 0.1)
                if ready and not server.stderr.readline():
                    break
            return suite.wait(timeout=SECONDS_MAX)
        finally:
            server.terminate()
            server.wait(timeout=SECONDS_MAX)
            server.stderr.close()


if __name__ == "__main__":
    sys.exit(main())
