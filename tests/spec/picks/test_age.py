"""`age`: completed years on the index date; a partial birth date is an interval of ages."""

from tests.spec.tables import Table, row

ADULT = """
[variables.age]
pick = "age"

[rules.answer]
variable = "age"
at_least = 18
below = 66
"""
IS_18 = ADULT.replace("below = 66\n", "")

TABLES = (
    Table(
        "From the 18th birthday through the day before the 66th.",
        ADULT,
        (
            row([], "met", birth="2008-03-16"),
            row([], "not met", birth="2008-03-17"),
            row([], "met", birth="1960-03-17"),
            row([], "not met", birth="1960-03-16"),
        ),
    ),
    Table(
        "A month or a year of birth leaves the answer open only where it straddles a limit.",
        ADULT,
        (
            row([], "unknown: indeterminate", birth="2008-03"),
            row([], "met", birth="2008-02"),
            row([], "not met", birth="2008-04"),
            row([], "unknown: indeterminate", birth="2008"),
            row([], "met", birth="2007"),
            row([], "unknown: indeterminate", birth="1960"),
        ),
    ),
    Table(
        "A birth date that is missing, unreadable or still to come.",
        ADULT,
        (
            row([], "unknown: no_result"),
            row([], "unknown: unreadable", birth="spring of 1990"),
            row([], "unknown: conflict", "an error in the data", birth="2026-03-17"),
            row([], "not met", birth="2026-03-16"),
            row([], "unknown: source_incomplete", birth="1990-01-01", incomplete=("Patient",)),
        ),
    ),
    Table(
        "Born on 29 February: a year older on 1 March of common years.",
        IS_18,
        (
            row([], "not met", birth="2008-02-29", as_of="2026-02-28"),
            row([], "met", birth="2008-02-29", as_of="2026-03-01"),
            row([], "not met", birth="2008-02-29", as_of="2026-02-27"),
        ),
    ),
    Table(
        "Read the other way, on 28 February.",
        '[reading]\nleap_birthday = "28 February"\n' + IS_18,
        (
            row([], "met", birth="2008-02-29", as_of="2026-02-28"),
            row([], "not met", birth="2008-02-29", as_of="2026-02-27"),
        ),
    ),
    Table(
        '`partial_birth = "1 July"`: a partial birth date stands for 1 July of its year.',
        '[reading]\npartial_birth = "1 July"\n' + IS_18,
        (
            row([], "not met", birth="2008"),
            row([], "met", birth="2008", as_of="2026-07-01"),
            row([], "not met", birth="2008", as_of="2026-06-30"),
        ),
    ),
)


def test_age(table, row):
    assert table.ask(row) == row.answer
