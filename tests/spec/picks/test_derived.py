"""A fact that an equation makes of another one and of the person: CKD-EPI 2021, from creatinine in umol/L.

The equations hold for adults; where sex, age or the result leave an interval, the estimate is an interval.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row

LOW = """
[[derive]]
concept = "estimate"
equation = "ckd_epi_2021"
source = "creatinine"

[variables.estimate]
pick = "latest"
window = { days = 90 }

[rules.answer]
variable = "estimate"
below = 30
"""


def creatinine(when: object, value: object = "", **more: object):
    return result(when, value, of="creatinine", unit="umol/L", **more)


MAN = {"sex": "male", "birth": "1970-06-01"}
WOMAN = {"sex": "female", "birth": "1970-06-01"}

TABLES = (
    Table(
        "The newest creatinine, by sex and age on the day of the sample.",
        LOW,
        (
            row([creatinine(5, 106)], "not met", **MAN),
            row([creatinine(5, 300)], "met", **MAN),
            row([creatinine(5, 215)], "not met", **MAN),
            row([creatinine(5, 215)], "met", **WOMAN),
            row([creatinine(5, 215)], "unknown: indeterminate", "the two sexes disagree", birth="1970-06-01"),
            row([creatinine(5, 300)], "met", "the two sexes agree", birth="1970-06-01"),
            row([creatinine(5, 300), creatinine(9, 80)], "met", **MAN),
        ),
    ),
    Table(
        "What leaves no estimate, and what leaves an interval.",
        LOW,
        (
            row([creatinine(5, 300)], "unknown: no_result", "under 18", sex="male", birth="2010-01-01"),
            row([creatinine(5, 300)], "unknown: no_result", "no birth date", sex="male"),
            row([creatinine(91, 300)], "unknown: too_old", **MAN),
            row([unreadable(5, of="creatinine"), creatinine(9, 80)], "unknown: unreadable", **MAN),
            row([creatinine(5, "<80")], "not met", **MAN),
            row([creatinine(5, 300)], "met", "whatever the month", sex="male", birth="1970"),
            row(
                [creatinine(5, ">900"), creatinine(60, 80)],
                "met",
                "an older value never stands in silently (REFERENCE 1)",
                **MAN,
            ),
        ),
    ),
)


def test_derived(table, row):
    assert table.ask(row) == row.answer
