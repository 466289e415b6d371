"""The rules of the house that a machine can hold, each with its reason.

A rule is a function of a Tree that yields Findings. tidy_test.py runs every rule over the project
and over small trees with one planted violation each.
SPDX-License-Identifier: Apache-2.0
"""

import collections
import re
import urllib.parse

import sources

Finding = collections.namedtuple("Finding", "rule path line message")

# Which folders of src/ a folder may include from: ARCHITECTURE.md, "The house". A single header
# instead of a folder means that header only.
LAYERS = {
    "core": {"core"},
    "engine": {"core", "engine"},
    "aws": {"core", "aws"},
    "emulator": {"core", "emulator", "aws/sigv4.h"},
    "policy_file": {"core", "policy_file"},
    "session": {"core", "engine", "aws", "session"},
    "cli": {"core", "engine", "aws", "emulator", "policy_file", "session", "cli"},
    "lambda": {"core", "engine", "aws", "policy_file", "session", "lambda"},
}
# Headers of the standard library that reach out of the process, or decide by chance.
IMPURE_HEADERS = {"fstream", "iostream", "filesystem", "random", "thread", "future"}
TEST_HEADERS = ("gtest/", "gmock/", "rapidcheck")
# A file longer than this does more than one thing. Ours: what fits ten screens.
LINES_MAX = 600
# Past 25 files a folder is worth splitting; past 40 it must be.
FOLDER_FILES_WARN = 25
FOLDER_FILES_MAX = 40

TEXT_SUFFIXES = {".h", ".cc", ".py", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".sh", ""}
_UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:wor" + r"k|roo" + r"t)/")
_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]')
_LITERALS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'
                       r"'(?:\\.|[^'\\\n])+'", re.DOTALL)

# Calls that are effects, the files that may make them, and why only those.
BANNED_CALLS = [
    ("clock", r"system_clock::now|\bgettimeofday\s*\(|\bclock_gettime\s*\(|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)",
     lambda path: path.startswith("src/engine/system_clock"),
     "the current time is read in one place, engine/system_clock, so that all else can be run at any time"),
    ("environment", r"\bgetenv\b|\bsecure_getenv\b|\benviron\b",
     lambda path: path == "src/cli/main.cc" or path.startswith("src/lambda/"),
     "the environment is read once by main and handed in as core::Environment"),
    ("stdout", r"std::cout|(?<![\w.>])(?:std::)?(?:printf|puts|putchar)\s*\(|fmt::print\s*\((?!\s*(?:stderr|std::cerr))|\bstdout\b",
     lambda path: path.startswith("src/cli/"),
     "stdout is the answer to the user, and only the command line gives it"),
    ("sleep", r"\bsleep_for\b|\bsleep_until\b|(?<![\w.>:])(?<!void )(?<!bool )(?:usleep|nanosleep|sleep)\s*\(",
     lambda path: path.startswith("src/engine/system_clock"),
     "waiting goes through core::Clock, so that tests and the simulator need not wait"),
    ("chance", r"\bstd::rand\b|(?<![\w.>:])s?rand\s*\(|\brandom_device\b",
     lambda path: path == "src/cli/main.cc" or path.startswith("src/lambda/"),
     "seeds are handed in, so that one seed reproduces everything"),
]

# Heavy headers: include path, files that may include it as "at most one of each pattern", reason.
CONFINED = [
    ("boost/beast", "boost/asio", ("src/aws/", "src/emulator/")),
    ("CLI/", None, ("src/cli/",)),
]


class Tree:
    """The project's files, read once."""

    def __init__(self, root):
        self.root = root
        self.paths = [p.as_posix() for p in sources.walk(root)]
        self._texts = {}

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(errors="replace")
        return self._texts[path]

    def sources(self, folder="src/"):
        return [p for p in self.paths if p.startswith(folder) and p.endswith((".h", ".cc"))]

    def code(self, path):
        """The text without comments and the insides of literals; line numbers stay."""
        return _LITERALS.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), self.text(path))

    def includes(self, path):
        for number, line in enumerate(self.text(path).splitlines(), 1):
            match = _INCLUDE.match(line)
            if match:
                yield number, match.group(1) == '"', match.group(2)


def _is_test(path):
    return path.endswith("_test.cc")


def layers(tree):
    for path in tree.sources():
        folder = path.split("/")[1]
        if folder not in LAYERS:
            yield Finding("layers", path, 1, f"the folder {folder} is not in the table of layers; "
                          "add its arrows to ARCHITECTURE.md and to LAYERS here, so that they stay true")
            continue
        for number, is_ours, name in tree.includes(path):
            if is_ours and name.endswith(".cc"):
                yield Finding("layers", path, number, f"{name} is a source: include its header")
            if is_ours and name.split("/")[0] not in LAYERS[folder] and name not in LAYERS[folder]:
                yield Finding("layers", path, number, f"{folder} may not include {name}: it may know "
                              f"{', '.join(sorted(LAYERS[folder]))}, so that each layer can be read, "
                              "tested and replaced without those above and beside it")


def core_is_pure(tree):
    for path in tree.sources("src/core/"):
        for number, is_ours, name in tree.includes(path):
            is_standard = re.fullmatch(r"[a-z_0-9]+", name) and name not in IMPURE_HEADERS
            allowed = is_ours or is_standard or name.startswith("fmt/")
            if not allowed and not (_is_test(path) and name.startswith(TEST_HEADERS)):
                yield Finding("core_is_pure", path, number, f"core may not include <{name}>: it decides, "
                              "from std and fmt alone, without I/O, threads or chance, so that the same "
                              "input gives the same plan to the byte")


def heavy_headers_are_confined(tree):
    for first, second, folders in CONFINED:
        users = collections.defaultdict(list)
        for path in tree.sources():
            lines = [n for n, is_ours, name in tree.includes(path)
                     if name.startswith(first) or (second and name.startswith(second))]
            if lines:
                users[next((f for f in folders if path.startswith(f)), None)].append((path, lines[0]))
        for folder, found in users.items():
            found.sort(key=lambda f: (_is_test(f[0]), f[0]))
            for path, line in found[1:] if folder else found:
                place = f"beside {found[0][0]}" if folder else "outside " + " and ".join(folders)
                yield Finding("heavy_headers_are_confined", path, line, f"<{first}...> {place}: it costs "
                              "seconds in every file that includes it, so one file of its folder does")


def calls(tree):
    for path in tree.sources():
        code = tree.code(path)
        for name, pattern, is_allowed, reason in BANNED_CALLS:
            if is_allowed(path):
                continue
            for match in re.finditer(pattern, code):
                yield Finding("calls", path, code.count("\n", 0, match.start()) + 1,
                              f"{name}: {match.group(0).strip()} here: {reason}")


def licence(tree):
    for path in tree.paths:
        text = tree.text(path) if path.endswith((".h", ".cc", ".py")) or "." not in path.rsplit("/")[-1] else ""
        is_source = path.endswith((".h", ".cc", ".py")) or text.startswith("#!")
        if is_source and "SPDX-License-" + "Identifier: Apache-2.0" not in text[:2000]:
            yield Finding("licence", path, 1, "no SPDX line at the top: a file that is copied elsewhere "
                          "must say under which licence it stands")


def _text_paths(tree):
    for path in tree.paths:
        name = path.rsplit("/", 1)[-1]
        if "." + name.rpartition(".")[2] in TEXT_SUFFIXES or "." not in name or name.startswith("."):
            yield path


def finished(tree):
    for path in _text_paths(tree):
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            match = _UNFINISHED.search(line)
            if match:
                yield Finding("finished", path, number, f"{match.group(0)}: what is to be done is an "
                              "issue, where it is seen, and not a comment, where it is forgotten")


def portable(tree):
    for path in _text_paths(tree):
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            match = _MACHINE_PATH.search(line)
            if match:
                yield Finding("portable", path, number, f"{match.group(0)}: a path of one machine; the "
                              "checkout must work wherever it lies")


def file_sizes(tree):
    for path in tree.paths:
        if path.endswith((".h", ".cc", ".py")):
            lines = tree.text(path).count("\n")
            if lines > LINES_MAX:
                yield Finding("file_sizes", path, lines, f"{lines} lines, {LINES_MAX} at most: split it "
                              "along a line that has a name, so that a reader can hold it")


def count_folder_files(tree):
    counts = collections.Counter(p.rsplit("/", 1)[0] for p in tree.sources() if not _is_test(p))
    return counts


def folder_sizes(tree):
    for folder, count in sorted(count_folder_files(tree).items()):
        if count > FOLDER_FILES_MAX:
            yield Finding("folder_sizes", folder, 0, f"{count} files besides tests, {FOLDER_FILES_MAX} at "
                          f"most ({FOLDER_FILES_WARN} is the aim): split it, so that a folder is one thing")


def _slugs(text):
    """The anchors that a Markdown page offers, as GitHub makes them from its headings."""
    seen = collections.Counter()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", _without_fences(text), re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        yield slug + (f"-{seen[slug]}" if seen[slug] else "")
        seen[slug] += 1


def _without_fences(text):
    return re.sub(r"^```.*?^```", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.DOTALL | re.MULTILINE)


def links(tree):
    pages = [p for p in tree.paths if p.endswith(".md")]
    for page in pages:
        text = re.sub(r"`[^`\n]*`", "", _without_fences(tree.text(page)))
        for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", text):
            target, _, anchor = urllib.parse.unquote(match.group(1)).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            line = text.count("\n", 0, match.start()) + 1
            goal = (tree.root / page).parent / target if target else tree.root / page
            if not goal.exists():
                yield Finding("links", page, line, f"{target} is not there: a reader who follows a link "
                              "must arrive")
            elif anchor and goal.suffix == ".md" and anchor not in set(_slugs(goal.read_text())):
                yield Finding("links", page, line, f"{target}#{anchor}: there is no such heading")


def documents(tree):
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"):
        if name not in tree.paths:
            yield Finding("documents", name, 0, "is missing: it is where people look first")


def reasons(tree):
    """Every reason that a plan may give has its line in docs/reasons.md, and each that needs a person its page."""
    source, page = "src/core/plan.cc", "docs/reasons.md"
    text = tree.text(page) if page in tree.paths else ""
    told = set(re.findall(r"^\| \[?`(\w+)`(?:\]\([^)]*\))? \|", text, re.MULTILINE))
    for number, line in enumerate(tree.text(source).splitlines() if source in tree.paths else (), 1):
        match = re.fullmatch(r"\s*NAME\((\w+)\)", line)
        if match and match.group(1) not in told:
            yield Finding("reasons", source, number, f"{match.group(1)} is not in {page}: who meets a reason "
                          "must be able to look up what it means and what to do")
    yield from _reason_pages(tree, set(re.findall(r"^\| \[`(\w+)`\]\(reasons/([\w-]+)\.md\) \|", text, re.MULTILINE)))


# What may be blocked stands behind this comment in the enumeration; and one wait that does not pass by itself.
_FIRST_BLOCKED = "///< blocked, as all that follow"
_LASTING_WAITS = {"manual_quota_full"}


def _paged_reasons(tree, source):
    """Yields the codes that must have a page, and their lines."""
    is_blocked = is_inside = False
    for number, line in enumerate(tree.text(source).splitlines() if source in tree.paths else (), 1):
        is_inside = line.startswith("enum class ReasonCode") or (is_inside and line != "};")
        match = re.match(r"  (\w+),", line)
        if is_inside and match:
            is_blocked = is_blocked or _FIRST_BLOCKED in line
            if is_blocked or match.group(1) in _LASTING_WAITS:
                yield match.group(1), number


def _reason_pages(tree, linked):
    source, folder = "src/core/plan.h", "docs/reasons/"
    codes = dict(_paged_reasons(tree, source))
    for code, number in codes.items():
        name = code.replace("_", "-")
        if f"{folder}{name}.md" not in tree.paths or (code, name) not in linked:
            yield Finding("reasons", source, number, f"{code} has no page {folder}{name}.md that docs/reasons.md links "
                          "to: who is woken by it needs the commands that mend it")
    said = {line.strip() for p in tree.paths if p.startswith("tests/golden/cases/") for line in tree.text(p).splitlines()}
    for path in tree.paths:
        if not path.startswith(folder):
            continue
        text = tree.text(path)
        code = path[len(folder):].removesuffix(".md").replace("-", "_")
        if code not in codes or not text.startswith(f"# `{code}`: "):
            yield Finding("reasons", path, 1, "its name and its heading are to name a reason that needs a person: a page "
                          "of a reason that is gone misleads")
            continue
        quote = re.search(r"^\*\*The plan says\*\*\n\n```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        if not quote:
            yield Finding("reasons", path, 1, "does not quote what the plan says: people search for the words they see")
            continue
        first = text.count("\n", 0, quote.start(1)) + 1
        for number, line in enumerate(quote.group(1).splitlines(), first):
            if line.strip() not in said:
                yield Finding("reasons", path, number, "no case of tests/golden/cases says this: quote a plan to the "
                              "letter, for people search for the words they see")


def checks(tree):
    """Every check of doctor has its line in docs/doctor.md."""
    source, page = "src/core/doctor/check.cc", "docs/doctor.md"
    if source not in tree.paths:
        return
    told = set(re.findall(r"^\| `(\w+)` \|", tree.text(page), re.MULTILINE)) if page in tree.paths else set()
    for number, line in enumerate(tree.text(source).splitlines(), 1):
        match = re.fullmatch(r"\s*NAME\((\w+)\)", line)
        if match and match.group(1) not in told:
            yield Finding("checks", source, number, f"{match.group(1)} is not in {page}: who meets a check "
                          "must be able to look up what it looks at and what to do")


# "rds-facts 7.2" or "rds-facts section 4, 8.2", also over two lines of comment; a year is no section.
_SECTION = r"\d{1,2}(?:\.\d+)?(?![\d-])"
_FACT = re.compile(rf"rds-facts[\s/]+(?:sections?[\s/]+)?({_SECTION}(?:,[\s/]+{_SECTION})*)")


def facts(tree):
    page = "docs/rds-facts.md"
    known = set(re.findall(r"^#+ (\d+(?:\.\d+)?)", tree.text(page), re.MULTILINE)) if page in tree.paths else set()
    for path in tree.sources():
        text = tree.text(path)
        for match in _FACT.finditer(text):
            for section in re.findall(_SECTION, match.group(1)):
                if section not in known:
                    yield Finding("facts", path, text.count("\n", 0, match.start()) + 1, f"{page} has no section "
                                  f"{section}: a fact about AWS has a source that can be looked up")


ALL = [layers, core_is_pure, heavy_headers_are_confined, calls, licence, finished, portable, file_sizes,
       folder_sizes, links, documents, reasons, checks, facts]
