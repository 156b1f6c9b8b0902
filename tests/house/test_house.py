"""The style card's measures: sizes, names, a core without clock, and meaning that lives in data."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = ROOT / "adapter"
SOURCES = sorted(ADAPTER.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

NAMES_OF_NOTHING = re.compile(r"(utils?|common|helpers?|managers?|handlers?|processors?|misc|ok|passed)")
CLOCKS = re.compile(
    r"\b(datetime|date)\.(now|today|utcnow)\(|\btime\.(time|monotonic|localtime|gmtime)\b"
    r"|^\s*import time\b|from time import"
)
DISEASE = re.compile(
    r"lupus|(?<![a-z])sle(?![a-z])|sledai|selena|eular|acr[-_ ]?(19)?97|belimumab|telitacicept|dsdna"
    r"|nephritis|hydroxychloroquine|glucocorticoid|狼疮|泰它西普|贝利尤|羟氯喹|激素",
    re.IGNORECASE,
)
# Written in pieces, so that this file holds none of them.
MACHINE = re.compile(r"(?<![\w.:/])/(?:" + "|".join(("work", "farm", "root", "tmp/venv", r"home/\w+")) + r")/")
REGISTRY = re.compile(
    "|".join(("py" + "pi.org", "python" + "hosted", "npm" + "js.org", "maven" + ".org", "crates" + ".io"))
)
NOT_OURS = {"__pycache__", "build", "dist", "var"}
SUFFIXES = ["", ".css", ".csv", ".html", ".js", ".json", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml"]
TEXT = {*SUFFIXES, ".lock", ".ndjson"}


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{file.relative_to(ROOT)}: {node.name}", node.end_lineno - node.lineno + 1


def texts() -> Iterator[Path]:
    """Yield every text file of the checkout; what is installed or made does not count."""
    for top in sorted(ROOT.iterdir()):
        if top.name in NOT_OURS or (top.name.startswith(".") and top.name not in {".ci", ".gitignore"}):
            continue
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and file.suffix in TEXT and not NOT_OURS & set(file.parts):
                yield file


def found(pattern: re.Pattern[str], files: Iterator[Path] | list[Path]) -> list[str]:
    """Return each line that a pattern is found in, by file and number."""
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_is_longer_than_three_hundred_lines():
    lengths = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8").count("\n") for file in SOURCES + TESTS}
    long = {name: lines for name, lines in lengths.items() if lines > 300}
    assert long == {}


def test_no_function_is_longer_than_forty_lines():
    assert [(name, lines) for file in SOURCES + TESTS for name, lines in functions(file) if lines > 40] == []


def test_the_median_function_has_ten_lines_at_most():
    assert statistics.median(lines for file in SOURCES for _, lines in functions(file)) <= 10


def test_no_folder_has_more_than_nine_entries():
    uncounted = {"__init__.py", "__pycache__", "_data"}
    crowded = {
        str(folder.relative_to(ROOT)): len(entries)
        for folder in ADAPTER.rglob("*")
        if folder.is_dir() and not uncounted & set(folder.relative_to(ADAPTER).parts)
        if len(entries := [entry for entry in folder.iterdir() if entry.name not in uncounted]) > 9
    }
    assert crowded == {}


def test_every_name_says_something():
    assert [str(f.relative_to(ROOT)) for f in ADAPTER.rglob("*") if NAMES_OF_NOTHING.fullmatch(f.stem)] == []


def test_the_quiet_room_has_no_clock():
    assert found(CLOCKS, sorted((ADAPTER / "screening").rglob("*.py"))) == []


def test_no_exception_is_swallowed():
    swallowed = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert swallowed == []


def test_the_code_knows_no_disease():
    assert found(DISEASE, SOURCES) == []


def test_nothing_names_the_machine_it_was_written_on():
    assert found(MACHINE, texts()) == []


def test_nothing_names_a_package_index():
    assert found(REGISTRY, texts()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (CLOCKS, "today = date.today()"),
        (CLOCKS, "import time"),
        (DISEASE, 'if code == "SLE":'),
        (DISEASE, "def sledai_total():"),
        (MACHINE, "see /" + "work/main"),
        (REGISTRY, "https://py" + "pi.org/simple"),
        (NAMES_OF_NOTHING, "utils"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern, line):
    assert pattern.search(line)


@pytest.mark.parametrize(
    "line",
    ["elapsed_time = 3", "sleep(1)", "from datetime import time", "https://example.org/home/wang/1", "as_of.today"],
)
def test_the_patterns_leave_the_rest_alone(line):
    assert not any(pattern.search(line) for pattern in (CLOCKS, DISEASE, MACHINE, REGISTRY))
