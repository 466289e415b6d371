#!/usr/bin/env python3
"""Every header of src/ compiles alone, so that whoever includes it needs to know of no other.

What was clean and is unchanged since is not compiled again (build/tidy-cache).
SPDX-License-Identifier: Apache-2.0
"""

import concurrent.futures
import os
import subprocess
import sys

import sources

# Warnings are the build's; here only what is missing counts. Libraries lie where the compiler looks anyway.
COMPILE = [os.environ.get("CXX", "clang++-19"), "-std=c++23", "-Werror",
 "-fsyntax-only", "-x", "c++", f"-I{sources.ROOT / 'src'}"]


def main():
    version = subprocess.run([COMPILE[0], "--version"], check=True, capture_output=True, text=True).stdout
    cache = sources.CleanCache(sources.ROOT, "header " + version + " ".join(COMPILE[1:-1]))
    headers = [sources.ROOT / p for p in sources.walk(sources.ROOT) if p.parts[0] == "src" and p.suffix == ".h"]
    jobs = [(h, cache.key(h)) for h in headers]
    jobs = [(h, key) for h, key in jobs if not cache.knows(key)]

    def compile_alone(job):
        header, key = job
        # Through stdin, because compilers warn of "#pragma once" in a main file.
        text = f'#include "{header.relative_to(sources.ROOT / "src")}"\n'
        done = subprocess.run([*COMPILE, "-"], input=text, capture_output=True, text=True)
        if done.returncode == 0:
            cache.remember(key)
        return header, done

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for header, done in pool.map(compile_alone, jobs):
            if done.returncode != 0:
                failures += 1
                print(f"{header.relative_to(sources.ROOT)} does not compile alone:\n{done.stderr}")
    print(f"headers: {len(headers)}, {len(jobs)} compiled, {failures} not self-contained")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
