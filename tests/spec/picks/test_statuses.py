"""A status that leaves a doubt supports an unknown, unless the study's `[reading]` takes it at its word."""

from tests.spec.given import drug, result
from tests.spec.tables import Table, row

RESULT = """
[variables.marker]
pick = "latest"
window = { days = 10 }

[rules.answer]
variable = "marker"
above = 5
"""
DRUG = """
[variables.drug]
pick = "exposure"
kinds = ["exposure"]
window = { days = 365 }

[rules.answer]
variable = "drug"
recorded = true
"""

TABLES = (
    Table(
        "Without a word of the study.",
        RESULT,
        (
            row([result(5, 7, status="preliminary")], "unknown: not_final"),
            row([result(5, 3), result(2, 7, status="preliminary")], "unknown: not_final", "newer, and may count yet"),
        ),
    ),
    Table(
        '`preliminary = "counts"`: a preliminary result is a result.',
        RESULT + '\n[reading]\npreliminary = "counts"',
        (
            row([result(5, 7, status="preliminary")], "met"),
            row([result(5, 3), result(2, 7, status="preliminary")], "met"),
        ),
    ),
    Table(
        "A drug of unknown status.",
        DRUG,
        (row([drug(5, "unknown")], "unknown: indeterminate"),),
    ),
    Table(
        '`medication_unknown = "exposure"`: it was taken.',
        DRUG + '\n[reading]\nmedication_unknown = "exposure"',
        (
            row([drug(5, "unknown")], "met"),
            row([drug(400, "unknown", until=380)], "unknown: too_old", "but not in the window"),
        ),
    ),
)


def test_statuses(table, row):
    assert table.ask(row) == row.answer
