#!/usr/bin/env python3
"""Every header of src/ compiles alone, so that whoever includes it needs to know of no other.

A header that its own .cc includes first is compiled after the precompiled header, which costs a fifth of the
time; what that brings of the standard library is then looked for by name: the header, or one of ours that it
includes, must include it. Every other header is compiled without. What was clean and is unchanged since is not
compiled again (build/tidy-cache).
SPDX-License-Identifier: Apache-2.0
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import sources

# Warnings are the build's; here only what is missing counts. Libraries lie where the compiler looks anyway.
COMPILE = [os.environ.get("CXX", "clang++-19"), "-std=c++23", "-Werror", f"-I{sources.ROOT / 'src'}"]
PRECOMPILED = sources.ROOT / "cmake" / "precompiled.h"
# Names of the standard library that stand in the precompiled header, and where they come from.
STANDARD = {name: header for header, names in {
    "array": "array to_array", "chrono": "chrono", "deque": "deque", "expected": "expected unexpected",
    "functional": "function", "map": "map multimap", "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared",
    "mutex": "mutex scoped_lock lock_guard unique_lock", "optional": "optional nullopt", "set": "set multiset",
    "string": "string to_string", "string_view": "string_view", "variant": "variant monostate visit",
    "vector": "vector"}.items() for name in names.split()}
_SYSTEM = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.MULTILINE)
_NAME = re.compile(r"\bstd::(\w+)")
_COMMENT = re.compile(r"//[^\n]*")


def is_first_in_its_source(header):
    source = header.with_suffix(".cc")
    if not source.is_file():
        return False
    first = re.search(r'^#include\s+"([^"]+)"', source.read_text(), re.MULTILINE)
    return bool(first) and first.group(1) == str(header.relative_to(sources.ROOT / "src"))


def missing_standard(header):
    """Standard headers that neither the header nor one of ours that it includes names."""
    named = {h for text in sources.closure(sources.ROOT, header).values() for h in _SYSTEM.findall(text.decode())}
    used = {STANDARD[n] for n in _NAME.findall(_COMMENT.sub("", header.read_text())) if n in STANDARD}
    return sorted(used - named)


def main():
    version = subprocess.run([COMPILE[0], "--version"], check=True, capture_output=True, text=True).stdout
    rules = pathlib.Path(__file__).read_text() + PRECOMPILED.read_text()
    cache = sources.CleanCache(sources.ROOT, "header " + version + rules)
    headers = [sources.ROOT / p for p in sources.walk(sources.ROOT) if p.parts[0] == "src" and p.suffix == ".h"]
    jobs = [(h, cache.key(h)) for h in headers]
    jobs = [(h, key) for h, key in jobs if not cache.knows(key)]

    with tempfile.TemporaryDirectory(prefix="snapferry-headers-") as folder:
        pch = pathlib.Path(folder) / "precompiled.pch"
        if jobs:
            subprocess.run([*COMPILE, "-x", "c++-header", str(PRECOMPILED), "-o", str(pch)], check=True)

        def compile_alone(job):
            header, key = job
            after = ["-include-pch", str(pch)] if is_first_in_its_source(header) else []
            # Through stdin, because compilers warn of "#pragma once" in a main file.
            text = f'#include "{header.relative_to(sources.ROOT / "src")}"\n'
            done = subprocess.run([*COMPILE, *after, "-fsyntax-only", "-x", "c++", "-"], input=text,
                                  capture_output=True, text=True)
            trouble = done.stderr if done.returncode else ""
            if missing := missing_standard(header):
                trouble += f"it uses what is in <{'>, <'.join(missing)}> and includes it nowhere\n"
            if not trouble:
                cache.remember(key)
            return header, trouble

        failures = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            for header, trouble in pool.map(compile_alone, jobs):
                if trouble:
                    failures += 1
                    print(f"{header.relative_to(sources.ROOT)} does not compile alone:\n{trouble}")
    print(f"headers: {len(headers)}, {len(jobs)} compiled, {failures} not self-contained")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
