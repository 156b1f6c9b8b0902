"""A parameter chooses: `choose` takes the rule that stands behind its value, `$name` puts its value into a place."""

from dataclasses import replace

from tests.spec.given import result
from tests.spec.tables import Table, row

CHOOSE = """
[parameters.reading]
default = "strict"
accepts = "strict|lenient"

[rules.answer]
choose = "reading"
options = { strict = "a", lenient = "b" }
"""
NUMBER = """
[parameters.limit]
default = "report"
accepts = "report|number"

[variables.marker]
pick = "latest"

[rules.below_report]
variable = "marker"
reference = "below"

[rules.below_number]
variable = "marker"
below = "$limit|4"

[rules.answer]
choose = "limit"
options = { report = "below_report", number = "below_number" }
"""
LISTED = """
[parameters.classes]
default = "a,b"
accepts = "list:a|b|c"

[rules.answer]
choose = "classes"
options = { a = "a", b = "b", c = "c" }
"""
STRICT = Table(
    "The rule behind the default.",
    CHOOSE,
    (
        row({"a": "met", "b": "not met"}, "met"),
        row({"a": "unknown: too_old", "b": "not met"}, "unknown: too_old"),
    ),
    parts=("a", "b"),
)
LENIENT = replace(
    STRICT,
    says="`--set reading=lenient`",
    rows=(row({"a": "met", "b": "not met"}, "not met"), row({"a": "met", "b": "unknown: too_old"}, "unknown: too_old")),
    set={"reading": "lenient"},
)
REPORT = Table(
    "A word or any number: the word.",
    NUMBER,
    (row([result(5, 5, report=(("7", "16", ""),))], "met"), row([result(5, 5)], "unknown: indeterminate")),
)
SIX = replace(
    REPORT,
    says="`--set limit=6`: the number.",
    rows=(row([result(5, 5, report=(("3", "16", ""),))], "met"), row([result(5, 6)], "not met")),
    set={"limit": "6"},
)

BOTH = Table(
    "A list: any of the rules behind its words.",
    LISTED,
    (
        row({"a": "not met", "b": "met", "c": "not met"}, "met"),
        row({"a": "not met", "b": "not met", "c": "met"}, "not met"),
        row({"a": "unknown: too_old", "b": "not met", "c": "met"}, "unknown: too_old"),
    ),
    parts=("a", "b", "c"),
)
ONE = replace(
    BOTH,
    says="`--set classes=c`: that one alone.",
    rows=(row({"a": "met", "b": "met", "c": "not met"}, "not met"),),
    set={"classes": "c"},
)

TABLES = (STRICT, LENIENT, REPORT, SIX, BOTH, ONE)


def test_choices(table, row):
    assert table.ask(row) == row.answer
