#!/usr/bin/env python3
"""House rules as a test: sizes, folder order, banned calls. `tidy.py ROOT` checks the tree, `tidy.py --self-test`
shows that every rule can fail. An exception stands in tidy_allowed.txt as `PATH RULE REASON`; one nobody needs fails."""

import pathlib
import re
import sys

FOLDERS = ["config", "metrics", "store", "actors", "gateway", "commands"]
OTHER_FOLDERS = ["tests", "bench"]
LINES_MAX = {".hpp": 150, ".cpp": 400}
FUNCTION_LINES_MAX = 60
TEST_CASE_LINES_MAX = 100

# A library and the only place of the product that may include it: everything else goes through our own header.
LIBRARY_HOMES = {
    r"<websocketpp/": ["gateway/codec/"],
    r"<toml\+\+": ["config/"],
    r"<spdlog/": ["config/log.cpp"],
    r"<prometheus/": ["metrics/"],
    r"<sqlite3\.h>": ["store/sqlite/"],
    r"<libpq-fe\.h>": ["store/postgres/"],
    r"<CLI/": ["commands/", "main.cpp"],
    r"<boost/(asio|beast)": ["gateway/", "commands/"],
}
KEPT_LAMBDA = r"(?:return\s*\{\s*|\b(?:then|await|attach_functor|set_\w+_handler|\w*delay\w*|post)\s*\([^;{]*)"
MODEL_CAF_HEADERS = {"caf/error.hpp", "caf/expected.hpp"}


def blank(match):
    """What a comment or literal leaves behind: its line breaks, so that line numbers stay true."""
    return "\n" * match.group(0).count("\n")


LITERALS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.S,
)


def strip_literals(text):
    """The code alone. `#include "…"` lines keep their path."""
    kept = {}

    def keep_include(match):
        kept[len(kept)] = match.group(0)
        return f"@include{len(kept) - 1}@"

    text = re.sub(r'(?m)^#include "[^"\n]*"', keep_include, text)
    text = LITERALS.sub(blank, text)
    return re.sub(r"@include(\d+)@", lambda match: kept[int(match.group(1))], text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def functions(code):
    """(first line, last line, heading) of every outermost function body."""
    code = re.sub(r"(?m)^[ \t]*#(?:.*\\\n)*.*$", blank, code)
    stack, heading_start, found = [], 0, []
    for match in re.finditer(r"[{};]|\b(?:public|private|protected):", code):
        sign = match.group(0)
        if sign == "{":
            heading = code[heading_start : match.start()].strip()
            is_type = re.search(r"\b(namespace|class|struct|enum|union|extern)\b", heading) and "(" not in heading
            is_function = "(" in heading and not is_type and not any(kind for kind, *_ in stack)
            first = match.start() - len(code[heading_start : match.start()].lstrip())
            stack.append((is_function, first, heading))
        elif sign == "}" and stack:
            is_function, first, heading = stack.pop()
            if is_function:
                found.append((line_of(code, first), line_of(code, match.start()), heading))
        if not any(kind for kind, *_ in stack):
            heading_start = match.end()
    return found


def matches(pattern, code):
    return [line_of(code, match.start()) for match in re.finditer(pattern, code)]


def size_rules(path, text, code):
    limit = LINES_MAX[path.suffix]
    lines = text.count("\n")
    if lines > limit:
        yield "file_lines", limit + 1, f"{lines} lines, at most {limit}"
    for first, last, heading in functions(code):
        limit = TEST_CASE_LINES_MAX if re.match(r"TEST_CASE|SCENARIO", heading) else FUNCTION_LINES_MAX
        if last - first + 1 > limit:
            yield "function_lines", first, f"a function of {last - first + 1} lines, at most {limit}"


def banned_rules(path, text, code):
    where = path.as_posix()
    in_tests = where.startswith("tests/")
    if not where.startswith(("tests/integration/", "tests/faults/", "bench/")):
        for line in matches(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<!\w)::sleep\s*\(", code):
            yield "sleep", line, "sleeping: use an actor's delayed message, a timer or virtual time"
    for line in matches(r"\b(system_clock|gettimeofday|CLOCK_REALTIME|utc_clock)\b|\btime\s*\(\s*(nullptr|NULL|0)", code):
        yield "system_clock", line, "the system's clock: take a wall_clock"
    if in_tests and not re.search(r'(INFO|MESSAGE)\([^;]*"seed|CAPTURE\(seed\)', text):
        for line in matches(r"\brandom_device\b", code):
            yield "random", line, "randomness whose seed a failure does not print: INFO(\"seed \" << seed)"
    for line in matches(r"(?<![\w:.>])(std::)?s?rand\s*\(", code):
        yield "random", line, "rand(): use <random> with a seed"
    if where.startswith("actors/"):
        # What is kept as a handler outlives the function that made it; a visitor used up on the spot does not.
        for line in matches(KEPT_LAMBDA + r"\[\s*&\s*[,\]]|\[\s*=\s*[,\]]", code):
            yield "capture", line, "a capture default in a handler: name what it keeps"
    if path.suffix == ".hpp":
        for line in matches(r"\busing\s+namespace\b", code):
            yield "using_namespace", line, "`using namespace` in a header"
        if "#pragma once" not in text:
            yield "pragma_once", 1, "a header without #pragma once"


def marker_rules(text):
    for line in matches(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b", text):
        yield "marker", line, "an unfinished-work marker: finish it or write an issue"


def rank(where):
    top = where.split("/", 1)[0]
    return FOLDERS.index(top) if top in FOLDERS else len(FOLDERS)


def include_rules(path, text):
    where = path.as_posix()
    free = where.startswith(("tests/", "bench/"))
    for match in re.finditer(r'(?m)^\s*#\s*include\s*(["<])([^">]+)[">]', text):
        line, opening, target = line_of(text, match.start(1)), match.group(1), match.group(2)
        if opening == '"' and not free:
            if target.split("/", 1)[0] not in FOLDERS:
                yield "include_order", line, f"{target}: paths start at the top folder, and not with tests or bench"
            elif rank(target) > rank(where):
                yield "include_order", line, f"{where.split('/')[0]} must not know {target}"
        if where.startswith("actors/model/"):
            outside = target.startswith("actors/") and not target.startswith("actors/model/")
            if outside or (target.startswith("caf/") and target not in MODEL_CAF_HEADERS):
                yield "pure_model", line, f"{target}: the rules know no actor"
        for pattern, homes in LIBRARY_HOMES.items():
            allowed = free and "websocketpp" not in pattern or where.startswith(("bench/", *homes))
            if not allowed and re.match(pattern, f"{opening}{target}>"):
                yield "library_home", line, f"{target} belongs to {' and '.join(homes)} only"


def violations(path, text):
    """(rule, line, what) for one file; `path` is relative to the root."""
    if path.suffix in LINES_MAX:
        code = strip_literals(text)
        yield from size_rules(path, text, code)
        yield from banned_rules(path, text, code)
        yield from include_rules(path, text)
    yield from marker_rules(text)


def tree(root):
    yield from root.glob("main.cpp")
    for folder in FOLDERS + OTHER_FOLDERS + ["cmake"]:
        for suffix in ["hpp", "cpp", "sh", "py", "cmake", "txt"]:
            yield from sorted((root / folder).rglob(f"*.{suffix}"))
    yield from (root / name for name in ["dev", "CMakeLists.txt"])


def allowed_entries(root):
    entries = {}
    for number, line in enumerate((root / "tests/tidy_allowed.txt").read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            words = line.split(maxsplit=2)
            if len(words) < 3:
                sys.exit(f"tests/tidy_allowed.txt:{number}: needs PATH RULE REASON")
            entries[words[0], words[1]] = number
    return entries


def check(root):
    allowed, used, bad, files = allowed_entries(root), set(), 0, 0
    for file in tree(root):
        path = file.relative_to(root)
        if not file.exists() or path.as_posix() == "tests/tidy_allowed.txt":
            continue
        files += 1
        for rule, line, what in violations(path, file.read_text()):
            if (path.as_posix(), rule) in allowed:
                used.add((path.as_posix(), rule))
                continue
            bad += 1
            print(f"{path}:{line}: {rule}: {what}")
    for entry in allowed.keys() - used:
        bad += 1
        print(f"tests/tidy_allowed.txt:{allowed[entry]}: nothing needs this exception any more")
    print(f"{files} files, {bad} broken rules")
    return 1 if bad or not files else 0


LONG_BODY = "  call();\n" * 61
SELF_TESTS = [
    ("store/a.hpp", "#pragma once\n" + "int a;\n" * 150, "file_lines"),
    ("store/a.cpp", "int a;\n" * 401, "file_lines"),
    ("store/a.cpp", "namespace a {\nclass b {\n  int c() {\n" + LONG_BODY + "  }\n};\n}\n", "function_lines"),
    ("store/a.cpp", "void a() {\n" + "  if (b) { c(); }\n" * 61 + "}\n", "function_lines"),
    ("tests/store/a_test.cpp", 'TEST_CASE("a") {\n' + LONG_BODY * 2 + "}\n", "function_lines"),
    ("tests/store/a_test.cpp", "std::this_thread::sleep_for(1s);\n", "sleep"),
    ("actors/a.cpp", "::usleep(1);\n", "sleep"),
    ("actors/a.cpp", "std::chrono::system_clock::now();\n", "system_clock"),
    ("tests/a_test.cpp", "std::mt19937 a{std::random_device{}()};\n", "random"),
    ("store/a.cpp", "int a = rand();\n", "random"),
    ("actors/a.cpp", "auto a = [=] { b(); };\n", "capture"),
    ("actors/a.cpp", "behavior a() {\n  return {[&](b) {}};\n}\n", "capture"),
    ("actors/a.cpp", "void a() {\n  self->request(b, c).then([&, d](e) {});\n}\n", "capture"),
    ("store/a.hpp", "#pragma once\nusing namespace std;\n", "using_namespace"),
    ("store/a.hpp", "int a;\n", "pragma_once"),
    ("store/a.cpp", "// TO" "DO later\n", "marker"),
    ("config/a.cpp", '#include "store/ids.hpp"\n', "include_order"),
    ("store/a.cpp", '#include "ids.hpp"\n', "include_order"),
    ("actors/model/a.cpp", '#include "actors/room.hpp"\n', "pure_model"),
    ("actors/model/a.cpp", "#include <caf/actor.hpp>\n", "pure_model"),
    ("gateway/a.cpp", "#include <websocketpp/server.hpp>\n", "library_home"),
    ("gateway/a.cpp", "#include <sqlite3.h>\n", "library_home"),
]
CLEAN = [
    ("store/a.cpp", "// sleep(1) would stall\nconst char* a = \"system_clock [=] rand()\";\nauto b = [&] { c(); };\n"),
    ("store/a.cpp", 'const auto* a = R"(sleep(1) "rand())";\nint b = 1\'000;\nvoid operand(int);\n'),
    ("store/a.cpp", "namespace a {\n" + "int b() { return 1; }\n" * 70 + "}\n"),
    ("tests/a_test.cpp", 'auto seed = std::random_device{}();\nINFO("seed " << seed);\n'),
    ("actors/a.cpp", "void clinic::sleep() { std::visit([&](auto& x) { y(x); }, z); }\n"),
    ("gateway/codec/a.cpp", '#include <websocketpp/server.hpp>\n#include "config/error.hpp"\n'),
    ("tests/integration/a_test.cpp", "sleep_for(1s);\n"),
]


def self_test():
    for path, text, rule in SELF_TESTS:
        found = [name for name, *_ in violations(pathlib.PurePosixPath(path), text)]
        if found != [rule]:
            sys.exit(f"self-test: {path} should break {rule}, found {found}:\n{text[:200]}")
    for path, text in CLEAN:
        if found := list(violations(pathlib.PurePosixPath(path), text)):
            sys.exit(f"self-test: {path} should be clean, found {found}")
    print(f"{len(SELF_TESTS)} broken and {len(CLEAN)} clean examples told apart")
    return 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1:] == ["--self-test"] else check(pathlib.Path(sys.argv[1]).resolve()))
