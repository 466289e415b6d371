"""The project's own files, and which of them a file includes, directly or not.

The hash of that closure is the key under which build/tidy-cache remembers that a file was clean, so
that an unchanged file is not examined twice.
SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Not ours, or made by a build.
SKIPPED_FOLDERS = {".git", "build", "__pycache__", "node_modules"}
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def walk(root):
    """Every file below root that is part of the project, sorted, relative to root."""
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in SKIPPED_FOLDERS and not n.startswith("build-")]
        # In a linked worktree .git is a file.
        found += [pathlib.Path(folder, f).relative_to(root) for f in files if f not in SKIPPED_FOLDERS]
    return sorted(found)


def closure(root, path, seen=None):
    """path and all project files it includes; includes are relative to src/ or to the file."""
    seen = {} if seen is None else seen
    path = path.resolve()
    if path in seen:
        return seen
    seen[path] = path.read_bytes()
    for name in _INCLUDE.findall(seen[path].decode(errors="replace")):
        for base in (root / "src", path.parent, root):
            if (base / name).is_file():
                closure(root, base / name, seen)
                break
    return seen


class CleanCache:
    """Remembers what was found clean. Only success is remembered: a finding is shown every time."""

    def __init__(self, root, purpose):
        self.folder = root / "build" / "tidy-cache"
        self.root = root
        self.purpose = purpose

    def key(self, path):
        digest = hashlib.sha256(self.purpose.encode())
        for name, content in sorted(closure(self.root, path).items()):
            digest.update(os.path.relpath(name, self.root).encode() + b"\0")
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()

    def knows(self, key):
        return (self.folder / key).exists()

    def remember(self, key):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / key).touch()
