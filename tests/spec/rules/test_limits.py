"""A comparison with fixed limits: `below`, `at_most`, `above`, `at_least`, alone or two together.

A number that came with a comparator, or as a range, is an interval: it decides where all of it lies on one side.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row


def study(question: str, more: str = "") -> str:
    return f"""
[variables.marker]
pick = "latest"
{more}
[rules.answer]
variable = "marker"
{question}
"""


def each(met: str = "", no: str = "", unknown: str = "") -> tuple:
    """Rows of one value each."""
    said = [("met", met), ("not met", no), ("unknown: indeterminate", unknown)]
    return tuple(row([result(5, value)], answer) for answer, values in said for value in values.split())


TABLES = (
    Table(
        "Below 30.",
        study("below = 30"),
        each("29.9 29.999 <30 <15 15-29", "30 30.0 31 >30 >=30 >90", "<60 <=30 >15 29-31 29-30"),
    ),
    Table(
        "At most 30.", study("at_most = 30"), each("30 29 <30 <=30 29-30", "30.1 >30 >90", "<60 <=31 >=30 >15 30-31")
    ),
    Table("Above 5.", study("above = 5"), each("5.1 6 >5 >=6 6-8", "5 4 <5 <=5 3-5", "<6 >=5 >4 4-6 5-6")),
    Table(
        "At least 10.", study("at_least = 10"), each("10 11 >=10 >10 10-12", "9 9.99 <10 5-9", "<=10 <11 >=9 >9 9-10")
    ),
    Table(
        "Two limits: both must hold.",
        study("at_least = 7\nat_most = 10"),
        each("7 8 10 7-10", "6.9 10.1 >10 <7", "<8 >9 6-8 >=7"),
    ),
    Table(
        "`rounded`: to whole numbers first.",
        study("below = 30\nrounded = true"),
        each("29.4 29", "29.5 30 29.6", "29.4-29.6"),
    ),
    Table(
        "Numbers keep the digits they came with: no binary fraction moves a limit.",
        study("above = 0.3"),
        each("0.30000000000000000001", "0.3 0.30 0.29999999999999999999"),
    ),
    Table(
        "A word against a numeric limit is unknown.",
        study("above = 5"),
        (
            row([result(5, "positive")], "unknown: indeterminate"),
            row([result(5, "negative")], "unknown: indeterminate"),
            row([result(5, flag="normal")], "unknown: indeterminate"),
            row([unreadable(5, "unmapped")], "unknown: unmapped"),
        ),
    ),
    Table(
        '`negative_word = "not_met"` and `positive_word = "met"` let a word answer.',
        study('above = 5\nnegative_word = "not_met"\npositive_word = "met"'),
        (
            row([result(5, "positive")], "met"),
            row([result(5, "negative")], "not met"),
            row([result(5, "absent")], "not met"),
            row([result(5, "indeterminate")], "unknown: indeterminate"),
            row([result(5, 7)], "met"),
            row([result(5, "4-6")], "unknown: indeterminate", "an interval is a number and no word"),
        ),
    ),
    Table(
        "`unit`: the limits hold on this scale only; on another one the number says nothing.",
        study("above = 40", 'unit = "{units}"'),
        (
            row([result(5, 41, unit="{units}")], "met"),
            row([result(5, 40, unit="{units}")], "not met"),
            row([result(5, 300, unit="U/mL")], "unknown: indeterminate"),
            row([result(5, 300)], "unknown: indeterminate"),
        ),
    ),
)


def test_limits(table, row):
    assert table.ask(row) == row.answer
