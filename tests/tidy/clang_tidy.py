#!/usr/bin/env python3
"""Runs clang-tidy-19 over everything in src/ but the tests, as many files at a time as there are processors.

    tests/tidy/clang_tidy.py BUILD_FOLDER [FILE...]

BUILD_FOLDER holds compile_commands.json. The build compiles the files of a folder as one, and so they are
examined: what they include is walked once for all of them. FILE stands for the folder it is compiled with.
The precompiled header is left out: its names would be walked too. A group whose text, includes, flags and
rules are those of a run that found nothing is skipped (build/tidy-cache).
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
    rules = version.stdout + (sources.ROOT / ".clang-tidy").read_text()

    groups = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.exists():
            ours = {f for f in sources.closure(sources.ROOT, path)
                    if sources.ROOT / "src" in f.parents and f.suffix == ".cc"}
            groups.append((path, entry, ours))

    jobs = []
    seen = set()
    # The large groups first: a file that two targets compile is linted once, with its folder.
    for path, entry, ours in sorted(groups, key=lambda group: -len(group[2])):
        if ours <= seen or any(f.name.endswith("_test.cc") for f in ours) or (asked and not asked & ours):
            continue
        seen |= ours
        # Where the build folder lies changes nothing about what is found.
        flags = entry.get("command", "").replace(str(build), "BUILD")
        cache = sources.CleanCache(sources.ROOT, rules + flags)
        key = cache.key(path)
        if not cache.knows(key):
            jobs.append((path, cache, key, sum(f.stat().st_size for f in ours)))
    # The largest first, so that the last job to end is a short one.
    jobs.sort(key=lambda job: -job[3])

    def lint(job):
        path, cache, key, _ = job
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
    print(f"clang-tidy: {len(jobs)} groups of files examined, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
