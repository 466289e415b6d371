#!/usr/bin/env python3
"""Runs the contract suite's moto cases against a moto_server of its own on a free port.

Exits 77, with the reason, when moto_server is not installed.
SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

SECONDS_MAX = 60
SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_moto():
    own = ROOT / "build" / "venv" / "bin" / "moto_server"
    return str(own) if own.exists() else shutil.which("moto_server")


def read_endpoint(process):
    """The address that the server says it listens on; None when it ends or is silent too long."""
    patience = threading.Timer(SECONDS_MAX, process.kill)
    patience.start()
    seen = ""
    try:
        for line in process.stderr:
            seen += line
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                return found.group(0)
    finally:
        patience.cancel()
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
            # The server logs each request to a pipe: read it, or it stops when the pipe is full.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return subprocess.run([sys.argv[1], "--gtest_filter=Moto/*"], env=environment,
                                  timeout=SECONDS_MAX, check=False).returncode
        finally:
            server.terminate()
            server.wait(timeout=SECONDS_MAX)


if __name__ == "__main__":
    sys.exit(main())
