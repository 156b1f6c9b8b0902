"""What a comparison may shade: `supports`, `never`, `doubtful` and `needs_all`."""

from tests.spec.given import condition, drug, result
from tests.spec.tables import Table, row

CODED = """
[variables.disease]
pick = "any"
kinds = ["condition"]
absence = "no"
window = { days = 30 }

[rules.answer]
variable = "disease"
recorded = true
"""
TAKEN = """
[variables.drug]
pick = "exposure"
kinds = ["exposure"]
absence = "no"
window = { days = 365 }

[rules.answer]
variable = "drug"
recorded = true
"""
MEASURED = """
[variables.marker]
pick = "any"
undated = "sure"

[rules.answer]
variable = "marker"
above = 5
"""
ALL_THREE = MEASURED.replace('pick = "any"', 'pick = "any"\nconcepts = ["igg", "igm", "iga"]')

TABLES = (
    Table(
        '`supports = "unknown"`: what it shows is a hint at most.',
        CODED + 'supports = "unknown"\n',
        (
            row([condition(5)], "unknown: indeterminate"),
            row([], "not met"),
        ),
    ),
    Table(
        '`never = "unknown"`: measured and never found does not show that it never was.',
        MEASURED + 'never = "unknown"\n',
        (
            row([result(5, 7)], "met"),
            row([result(5, 3)], "unknown: indeterminate"),
            row([], "unknown: no_result"),
        ),
    ),
    Table(
        '`doubtful = "met"`: what is over, and nobody wrote since when, counts; any other doubt stays one.',
        TAKEN + 'doubtful = "met"\n',
        (
            row([drug(500, "stopped")], "met"),
            row([drug(None, "stopped")], "met"),
            row([drug(500, "unknown")], "unknown: indeterminate", "an unknown status"),
            row([drug(500, "stopped", until="2025-03")], "unknown: indeterminate", "the window opens on 16 March 2025"),
            row([drug(500, "stopped", until=400)], "not met"),
        ),
    ),
    Table(
        "`needs_all`: a no needs each of these concepts; a yes needs one.",
        ALL_THREE + 'needs_all = ["igg", "igm"]\n',
        (
            row([result(5, 3, of="igg"), result(5, 3, of="igm")], "not met"),
            row([result(5, 3, of="igg")], "unknown: no_result"),
            row([result(5, 3, of="igg"), result(5, 3, of="iga")], "unknown: no_result"),
            row([result(5, 7, of="iga")], "met"),
            row([result(5, 3, of="igg"), result(5, "4-6", of="igm")], "unknown: indeterminate"),
            row([], "unknown: no_result"),
        ),
    ),
)


def test_shades(table, row):
    assert table.ask(row) == row.answer
