"""Every fault of the checklist that the adapter itself may meet is tried by a test that names its number.

A test names a fault in its name (`test_25_…`) or in its docstring (`Fault 25`, `Faults 19, 21`). Of the checklist's
numbers 1 to 14 are of sign-in and transport, 15 to 23 of bodies, 24 to 46 of paging and of what changes between runs,
47 to 54 of exports, 55 to 59 of writing back, 60 to 63 of telling people, 64 to 66 of disks and ends without warning,
67 to 71 of when runs begin and end, 72 and 73 of migrations and backups, 74 to 79 of the page, 84 of the audit chain.
"""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FAULTS = {*range(1, 80), 84}
SAID = re.compile(r"\b[Ff]aults? (\d+(?:, \d+)*)")
NAMED = re.compile(r"test_((?:\d{1,2}_)+)")


def faults_of(function: ast.FunctionDef) -> set[int]:
    """Return the numbers that a test names."""
    named = NAMED.match(function.name)
    said = SAID.findall(ast.get_docstring(function) or "")
    in_name = [int(number) for number in named[1].split("_") if number] if named else []
    return {*in_name, *(int(number) for group in said for number in group.split(", "))}


def tried() -> set[int]:
    functions = (node for file in TESTS.rglob("test_*.py") for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    tests = (one for one in functions if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))
    return set[int]().union(*map(faults_of, tests))


def test_every_fault_is_tried_by_a_test():
    assert FAULTS - tried() == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("def test_25_gone(): pass", {25}),
        ("def test_33_34_deaf(): pass", {33, 34}),
        ("def test_401_is_final(): pass", set()),
        ('def test_a(): "Faults 19, 21: odd ones."', {19, 21}),
        ('def test_a(): "No fault of 21 kinds."', set()),
    ],
)
def test_a_number_is_read_where_a_test_names_it(text, numbers):
    assert faults_of(ast.parse(text).body[0]) == numbers
