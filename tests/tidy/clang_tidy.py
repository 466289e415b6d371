#!/usr/bin/env python3
"""Runs clang-tidy-19 over the sources that decide about snapshots and act on it, two at a time.

    tests/tidy/clang_tidy.py BUILD_FOLDER [FILE...]

The other folders' files are examined when they are named: all together would take ./check past its twenty
minutes. They have the compiler's warnings, and every path of them runs under the sanitizers.
BUILD_FOLDER holds compile_commands.json. The precompiled header is left out, so that a file that counts
on it, or a header that needs another, is found here. A file whose text, includes, flags and rules are those of
a run that found nothing is skipped (build/tidy-cache).
SPDX-License-Identifier: Apache-2.0
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

import sources

CLANG_TIDY = "clang-tidy-19"
DECIDING = {"core", "engine", "lambda", "policy_file", "session"}
_PRECOMPILED = re.compile(r"(-Winvalid-pch|-Xclang (-include-pch|-include) -Xclang \S+|-Xclang -fno-pch-timestamp)")


def without_precompiled(build):
    """Writes the compile commands without the precompiled header; returns the folder they are in."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = _PRECOMPILED.sub("", entry["command"])
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return folder


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = without_precompiled(pathlib.Path(sys.argv[1]).resolve())
    asked = {pathlib.Path(a).resolve() for a in sys.argv[2:]}
    version = subprocess.run([CLANG_TIDY, "--version"], check=True, capture_output=True, text=True)
    rules = version.stdout + "".join(
        file.read_text() for file in sorted([sources.ROOT / ".clang-tidy", *sources.ROOT.glob("src/*/.clang-tidy")]))

    jobs = []
    seen = set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        inside = sources.ROOT / "src" in path.parents
        inside = inside and (bool(asked) or path.relative_to(sources.ROOT).parts[1] in DECIDING)
        # A file that two targets compile is linted once.
        if path in seen or (asked and path not in asked):
            continue
        seen.add(path)
        if not inside or path.name.endswith("_test.cc") or not path.exists():
            continue
        # Where the build folder lies changes nothing about what is found.
        flags = entry.get("command", "").replace(str(build), "BUILD")
        cache = sources.CleanCache(sources.ROOT, rules + flags)
        key = cache.key(path)
        if not cache.knows(key):
            jobs.append((path, cache, key))
    # The largest closure first, so that the last job to end is a short one.
    jobs.sort(key=lambda job: -job[0].stat().st_size)

    def lint(job):
        path, cache, key = job
        done = subprocess.run([CLANG_TIDY, "--quiet", "-p", str(build), str(path)],
                              capture_output=True, text=True)
        if done.returncode == 0:
            cache.remember(key)
        return path, done

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for path, done in pool.map(lint, jobs):
            if done.returncode != 0:
                failures += 1
                print(done.stdout.strip() or done.stderr.strip(), flush=True)
    print(f"clang-tidy: {len(jobs)} files examined, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
