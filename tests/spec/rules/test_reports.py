"""A comparison with the report's own limits: `reference = "below"` or `"above"`, and so many `times` the limit.

Where the laboratory printed no limit, its own flag is its judgement.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row


def study(question: str) -> str:
    return f"""
[variables.marker]
pick = "latest"

[rules.answer]
variable = "marker"
{question}
"""


def reported(value: object, low: str = "", high: str = "", **more: object):
    return result(5, value, report=((low, high, ""),), **more)


PER_SEX = (("7", "16", "male"), ("5", "14", "female"))

TABLES = (
    Table(
        "Below the report's lower limit.",
        study('reference = "below"'),
        (
            row([reported(6.9, "7", "16")], "met"),
            row([reported(7, "7", "16")], "not met", "the limit itself is normal"),
            row([reported(20, "7", "16")], "not met"),
            row([reported("<7", "7", "16")], "met"),
            row([reported("<8", "7", "16")], "unknown: indeterminate"),
            row([reported(6, "7")], "met", "a one-sided range"),
            row([reported(6, "", "16")], "unknown: indeterminate", "a range without a lower limit"),
            row([result(5, 6)], "unknown: indeterminate", "no range at all"),
            row([unreadable(5)], "unknown: unreadable"),
        ),
    ),
    Table(
        "Above the report's upper limit.",
        study('reference = "above"'),
        (
            row([reported(17, "7", "16")], "met"),
            row([reported(16, "7", "16")], "not met"),
            row([reported(17, "", "16")], "met", "a one-sided range"),
            row([reported(17, "7")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "Ranges per sex: the patient's own, and no other.",
        study('reference = "below"'),
        (
            row([result(5, 6, report=PER_SEX)], "met", sex="male"),
            row([result(5, 6, report=PER_SEX)], "not met", sex="female"),
            row([result(5, 6, report=PER_SEX)], "unknown: indeterminate", "sex unknown"),
            row([result(5, 6, report=PER_SEX)], "unknown: indeterminate", sex="other"),
            row([result(5, 6, report=(("7", "16", ""), ("5", "14", "female")))], "not met", sex="female"),
            row([result(5, 6, report=(("7", "16", ""), ("5", "14", "female")))], "met", sex="male"),
            row([result(5, 6, report=(("7", "16", ""), ("5", "14", "")))], "unknown: indeterminate", "two that differ"),
            row([result(5, 6, report=(("7", "16", ""), ("7", "16", "")))], "met", "the same one twice"),
        ),
    ),
    Table(
        "Flags without a limit are the laboratory's own judgement; beside a limit the number decides.",
        study('reference = "below"'),
        (
            row([result(5, 6, flag="low")], "met"),
            row([result(5, 6, flag="normal")], "not met"),
            row([result(5, 6, flag="high")], "not met"),
            row([result(5, flag="low")], "met", "a flag and no number"),
            row([reported(8, "7", "16", flag="low")], "not met"),
            row([result(5, 6, flag="indeterminate")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "At least twice the limit: `times = 2` with `reached`.",
        study('reference = "above"\ntimes = 2\nreached = true'),
        (
            row([reported(80, "", "40")], "met"),
            row([reported(79.9, "", "40")], "not met"),
            row([reported(">80", "", "40")], "met"),
            row([reported(">60", "", "40")], "unknown: indeterminate"),
            row([result(5, 80)], "unknown: indeterminate", "twice what?"),
            row([result(5, 80, flag="high")], "unknown: indeterminate", "high, but how high"),
            row([result(5, 80, flag="normal")], "not met"),
        ),
    ),
    Table(
        "More than twice the limit.",
        study('reference = "above"\ntimes = 2'),
        (row([reported(80, "", "40")], "not met"), row([reported(80.1, "", "40")], "met")),
    ),
    Table(
        "`without_reference`: a number so extreme needs no range.",
        study('reference = "below"\nwithout_reference = 4'),
        (
            row([result(5, 3.9)], "met"),
            row([result(5, 4)], "unknown: indeterminate"),
            row([result(5, 6)], "unknown: indeterminate"),
            row([result(5, 6, flag="low")], "met"),
            row([reported(3.9, "3", "16")], "not met", "a range comes first"),
        ),
    ),
)


def test_reports(table, row):
    assert table.ask(row) == row.answer
