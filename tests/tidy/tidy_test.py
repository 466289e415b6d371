#!/usr/bin/env python3
"""Holds the project to the rules of rules.py, and each rule to a violation planted for it.

Needs Python's own library and nothing built, so that it can run first.
SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import sys
import tempfile
import unittest

import rules
import sources

HEAD = "// What it is.\n// SPDX-License-" + "Identifier: Apache-2.0\n"
DOCUMENTS = {name: "# x\n" for name in
             ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")}

# name of the case, rule that must fire (None: all is well), path, text
PLANTED = [
    ("core includes std, fmt and itself", None, "src/core/a.cc",
     '#include <vector>\n#include <fmt/format.h>\n#include "core/b.h"\n'),
    ("core includes engine", "layers", "src/core/a.cc", '#include "engine/tick.h"\n'),
    ("engine includes aws", "layers", "src/engine/a.cc", '#include "aws/rds.h"\n'),
    ("aws includes emulator", "layers", "src/aws/a_test.cc", '#include "emulator/world.h"\n'),
    ("emulator checks signatures", None, "src/emulator/a.cc", '#include "aws/sigv4.h"\n'),
    ("emulator includes a codec of aws", "layers", "src/emulator/a.cc", '#include "aws/query_form.h"\n'),
    ("lambda includes emulator", "layers", "src/lambda/a.cc", '#include "emulator/world.h"\n'),
    ("a source is included", "layers", "src/core/a.cc", '#include "core/b.cc"\n'),
    ("a folder without a layer", "layers", "src/util/a.cc", ""),
    ("core includes Boost", "core_is_pure", "src/core/a.cc", "#include <boost/json.hpp>\n"),
    ("core reads files", "core_is_pure", "src/core/a.cc", "#include <fstream>\n"),
    ("core uses POSIX", "core_is_pure", "src/core/a.cc", "#include <unistd.h>\n"),
    ("core is tested with gtest", None, "src/core/a_test.cc", "#include <gtest/gtest.h>\n"),
    ("Beast in engine", "heavy_headers_are_confined", "src/engine/a.cc", "#include <boost/beast/http.hpp>\n"),
    ("Beast in one file of aws", None, "src/aws/a.cc", "#include <boost/asio/ip/tcp.hpp>\n"),
    ("CLI11 in aws", "heavy_headers_are_confined", "src/aws/a.cc", "#include <CLI/CLI.hpp>\n"),
    ("the time is read", "calls", "src/aws/a.cc", "auto t = std::chrono::system_clock::now();\n"),
    ("time(nullptr)", "calls", "src/core/a.cc", "auto t = std::time(nullptr);\n"),
    ("the clock reads the time", None, "src/engine/system_clock.cc", "auto t = system_clock::now();\n"),
    ("a member called time", None, "src/core/a.cc", "auto t = snapshot.time(0);\n"),
    ("a comment about the time", None, "src/core/a.cc", "// never system_clock::now here\n"),
    ("the environment is read", "calls", "src/aws/a.cc", 'auto v = std::getenv("HOME");\n'),
    ("main reads the environment", None, "src/cli/main.cc", "extern char** environ;\n"),
    ("aws prints", "calls", "src/aws/a.cc", "std::cout << 1;\n"),
    ("engine prints", "calls", "src/engine/a.cc", 'std::printf("x");\n'),
    ("core asserts on stderr", None, "src/core/a.cc", 'std::fprintf(stderr, "x");\n'),
    ("cli prints", None, "src/cli/a.cc", "std::cout << 1;\n"),
    ("engine sleeps", "calls", "src/engine/a.cc", "std::this_thread::sleep_for(x);\n"),
    ("a clock that sleeps", None, "src/core/a.h", "virtual bool sleep(Milliseconds length) = 0;\n"),
    ("engine sleeps the C way", "calls", "src/engine/a.cc", "sleep(3);\n"),
    ("chance", "calls", "src/engine/a.cc", "std::random_device seed;\n"),
    ("no licence", "licence", "src/core/a.cc", None),
    ("no licence in a script", "licence", "demo", None),
    ("unfinished", "finished", "src/core/a.cc", "// TO" + "DO: later\n"),
    ("unfinished page", "finished", "docs/x.md", "FIX" + "ME\n"),
    ("a path of one machine", "portable", "docs/x.md", "see /roo" + "t/notes\n"),
    ("a folder named work inside the project", None, "docs/x.md", "see docs/wor" + "k/notes\n"),
    ("a long file", "file_sizes", "src/core/a.cc", "\n" * 601),
    ("a link to nothing", "links", "docs/x.md", "[x](nothing.md)\n"),
    ("a link to no heading", "links", "docs/x.md", "[x](../README.md#nowhere)\n"),
    ("a reason that no page tells", "reasons", "src/core/plan.cc", "    NAME(slot_due)\n"),
    ("a page of no reason", "reasons", "docs/reasons/no-such-reason.md", "# `no_such_reason`: x\n"),
    ("a check that no page tells", "checks", "src/core/doctor/check.cc", "    NAME(use_key)\n"),
    ("a fact that no page has", "facts", "src/core/a.cc", "// Source: rds-facts\n// section 77, 2026-08.\n"),
    ("a page of facts, and no section", None, "src/core/a.cc", "// Source: rds-facts, 2026-08.\n"),
    ("a good link", None, "docs/x.md", "[x](../README.md#x) [y](https://example.com) `[z](no)`\n"),
]


class PlantedTest(unittest.TestCase):
    """Each rule sees what it is for, and nothing else does."""

    def findings(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**DOCUMENTS, **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            tree = rules.Tree(root)
            return [f for rule in rules.ALL for f in rule(tree)]

    def test_planted(self):
        for name, rule, path, text in PLANTED:
            with self.subTest(name):
                if text is None:
                    text = "#!/bin/sh\n" if "." not in path else "int x;\n"
                elif path.endswith((".h", ".cc")):
                    text = HEAD + text
                found = self.findings({path: text})
                self.assertEqual([rule] if rule else [], sorted({f.rule for f in found}), found)
                for finding in found:
                    self.assertEqual(path, finding.path)

    def test_second_file_with_beast(self):
        text = HEAD + "#include <boost/beast/http.hpp>\n"
        found = self.findings({"src/aws/a.cc": text, "src/aws/b.cc": text, "src/emulator/c.cc": text})
        self.assertEqual([("heavy_headers_are_confined", "src/aws/b.cc")], [(f.rule, f.path) for f in found])

    def test_crowded_folder(self):
        found = self.findings({f"src/aws/f{n}.h": HEAD for n in range(41)})
        self.assertEqual(["folder_sizes"], [f.rule for f in found])

    def reasons_found(self, changed):
        """What the rule finds when these files stand in the place of good ones."""
        files = {
            "src/core/plan.h": HEAD + "enum class ReasonCode {\n  copy_due,\n  manual_quota_full,  ///< wait\n"
                               "  key_lost,  ///< blocked, as all that follow\n  far_away,\n};\nenum class Other {\n  no,\n};\n",
            "tests/golden/cases/a.txt": "text:\n  blocked  here\n  hint: Go.\n",
            "docs/reasons.md": "# Reasons\n" + "".join(f"| [`{c}`](reasons/{c.replace('_', '-')}.md) | x |\n" for c in
                                                       ("manual_quota_full", "key_lost", "far_away")),
            **{f"docs/reasons/{c.replace('_', '-')}.md":
               f"# `{c}`: x\n\n**The plan says**\n\n```text\nblocked  here\nhint: Go.\n```\n"
               for c in ("manual_quota_full", "key_lost", "far_away")},
        }
        files.update(changed)
        found = self.findings({path: text for path, text in files.items() if text is not None})
        return [(f.path, f.line) for f in found if f.rule == "reasons"]

    def test_pages_of_reasons(self):
        plan, page = "src/core/plan.h", "docs/reasons/far-away.md"
        self.assertEqual([], self.reasons_found({}))
        self.assertEqual([(plan, 7)], self.reasons_found({page: None}))
        self.assertEqual([(plan, 5)], self.reasons_found({"docs/reasons/manual-quota-full.md": None}))
        self.assertEqual([(plan, line) for line in (5, 6, 7)],
                         self.reasons_found({"docs/reasons.md": "| `key_lost` | x |\n"}))
        self.assertEqual([(page, 1)], self.reasons_found({page: "# `key_lost`: x\n"}))
        self.assertEqual([(page, 1)], self.reasons_found({page: "# `far_away`: x\n"}))
        self.assertEqual([(page, 7)], self.reasons_found({
            page: "# `far_away`: x\n\n**The plan says**\n\n```text\nblocked  here\nhint: Stay.\n```\n"}))
        self.assertEqual([("docs/reasons/copy-due.md", 1)],
                         self.reasons_found({"docs/reasons/copy-due.md": "# `copy_due`: x\n"}))

    def test_missing_document(self):
        with tempfile.TemporaryDirectory() as folder:
            found = list(rules.documents(rules.Tree(pathlib.Path(folder))))
        self.assertEqual(5, len(found))


class ProjectTest(unittest.TestCase):
    """The project keeps every rule."""

    tree = rules.Tree(sources.ROOT)

    def test_crowding_is_told(self):
        for folder, count in sorted(rules.count_folder_files(self.tree).items()):
            if count > rules.FOLDER_FILES_WARN:
                print(f"warning: {folder} has {count} files besides tests; past "
                      f"{rules.FOLDER_FILES_WARN} a split is due", file=sys.stderr)


def _add(rule):
    def test(self):
        found = list(rule(self.tree))
        if found:
            self.fail("\n" + "\n".join(f"{f.path}:{f.line}: {f.message}" for f in found))
    setattr(ProjectTest, f"test_{rule.__name__}", test)


for _rule in rules.ALL:
    _add(_rule)

if __name__ == "__main__":
    unittest.main()
