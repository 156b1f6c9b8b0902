"""Rules over rules: `all_of`, `any_of`, `none_of` in Kleene's three values, and the table of two lists.

Of several reasons for an unknown the one is named that a reader can do most about.
"""

from itertools import product

from tests.spec.tables import Row, Table, row

RULE = """
[rules.answer]
{form} = ["a", "b"]
"""
LISTS = """
[rules.answer]
met_when = ["a"]
not_met_when = ["b"]
"""
OPEN = "unknown: no_result"
WORDS = {"T": "met", "F": "not met", "U": OPEN}


def grid(**lines: str) -> tuple[Row, ...]:
    """Rows of a truth table: for each answer of `a` the answers while `b` is T, F and U."""
    pairs = product(lines, enumerate("TFU"))
    return tuple(row({"a": WORDS[a], "b": WORDS[b]}, WORDS[lines[a][at]]) for a, (at, b) in pairs)


TABLES = (
    Table("`all_of`", RULE.format(form="all_of"), grid(T="TFU", F="FFF", U="UFU"), parts=("a", "b")),
    Table("`any_of`", RULE.format(form="any_of"), grid(T="TTT", F="TFU", U="TUU"), parts=("a", "b")),
    Table("`none_of`", RULE.format(form="none_of"), grid(T="FFF", F="FTU", U="FUU"), parts=("a", "b")),
    Table(
        "`enough_absent`: so many parts that are not met make it not met, unless one is met.",
        '[rules.answer]\nany_of = ["a", "b", "c"]\nenough_absent = 2',
        (
            row({"a": "not met", "b": "not met", "c": OPEN}, "not met"),
            row({"a": "not met", "b": OPEN, "c": OPEN}, OPEN),
            row({"a": "not met", "b": "not met", "c": "met"}, "met"),
            row({"a": "not met", "b": "not met", "c": "not met"}, "not met"),
        ),
        parts=("a", "b", "c"),
    ),
    Table(
        "The reason that is named.",
        RULE.format(form="any_of"),
        (
            row({"a": "unknown: no_result", "b": "unknown: too_old"}, "unknown: too_old"),
            row({"a": "unknown: too_old", "b": "unknown: indeterminate"}, "unknown: indeterminate"),
            row({"a": "unknown: indeterminate", "b": "unknown: not_final"}, "unknown: not_final"),
            row({"a": "unknown: not_final", "b": "unknown: unmapped"}, "unknown: unmapped"),
            row({"a": "unknown: unmapped", "b": "unknown: unreadable"}, "unknown: unreadable"),
            row({"a": "unknown: unreadable", "b": "unknown: conflict"}, "unknown: conflict"),
            row({"a": "unknown: conflict", "b": "not met"}, "unknown: conflict"),
            row({"a": "unknown: undated", "b": "unknown: no_result"}, "unknown: undated"),
            row({"a": "unknown: no_result", "b": "unknown: not_assessed"}, "unknown: no_result"),
        ),
        parts=("a", "b"),
    ),
    Table(
        "`met_when` and `not_met_when`: met by one line of the first, else not met by one of the second.",
        LISTS,
        (
            row({"a": "met", "b": "not met"}, "met"),
            row({"a": "met", "b": "met"}, "met", "the first list comes first"),
            row({"a": "not met", "b": "met"}, "not met"),
            row({"a": OPEN, "b": "met"}, "not met", "the second list names what settles it"),
            row({"a": "not met", "b": "not met"}, "unknown: indeterminate", "no line speaks"),
            row({"a": "unknown: too_old", "b": "not met"}, "unknown: too_old"),
            row({"a": "not met", "b": "unknown: too_old"}, "unknown: too_old"),
            row({"a": OPEN, "b": "unknown: conflict"}, "unknown: conflict"),
        ),
        parts=("a", "b"),
    ),
    Table(
        "`because`: what to say where no line speaks.",
        LISTS + 'because = "conflict"\n',
        (row({"a": "not met", "b": "not met"}, "unknown: conflict"),),
        parts=("a", "b"),
    ),
)


def test_logic(table, row):
    assert table.ask(row) == row.answer
