"""What absence means: `unknown` (the default), `no`, or `policy` (what the study's reading of silence says).

Under `policy` silence is a no only where the study presumes so and the record holds something of the types that could
hold the answer. A type that was read in part leaves everything that rests on it unknown.
"""

from tests.spec.given import drug, result, stated
from tests.spec.tables import Table, row


def study(absence: str, kind: str = "result", more: str = "") -> str:
    return f"""
[variables.marker]
pick = "any"
kinds = ["{kind}"]
absence = "{absence}"
{more}
[rules.answer]
variable = "marker"
recorded = true
"""


FRESH = "window = { days = 90 }"

TABLES = (
    Table(
        "Silence is unknown, whatever else came.",
        study("unknown"),
        (
            row([], "unknown: no_result"),
            row([], "unknown: no_result", holds=("Observation",)),
            row([result(5, 7, of="other")], "unknown: no_result", holds=("Observation",)),
        ),
    ),
    Table(
        "A person who was not asked has not answered.",
        study("unknown", "word"),
        (row([], "unknown: not_assessed"), row([stated(5, "yes")], "met")),
    ),
    Table("Silence is a no.", study("no"), (row([], "not met"), row([result(5, 7)], "met"))),
    Table(
        "A policy of `open`: silence is unknown.",
        study("policy", "exposure", FRESH),
        (
            row([], "unknown: no_result"),
            row([], "unknown: no_result", holds=("MedicationStatement",)),
            row([drug(91, of="marker")], "unknown: too_old", holds=("MedicationStatement",)),
        ),
    ),
    Table(
        "A policy of `presume`: silence is a no where the record is populated.",
        study("policy", "exposure", FRESH),
        (
            row([], "unknown: no_result", "nothing of these types came: the record may be kept elsewhere"),
            row([], "not met", holds=("MedicationStatement",)),
            row([], "not met", holds=("MedicationRequest",)),
            row([], "unknown: no_result", holds=("Observation",)),
            row([drug(91, of="marker")], "not met", holds=("MedicationStatement",)),
            row([drug(5, of="marker")], "met", holds=("MedicationStatement",)),
            row([drug(5, "unknown", of="marker")], "unknown: indeterminate", holds=("MedicationStatement",)),
        ),
        presume=True,
    ),
    Table(
        "Who never was in a study has no enrolment on record: there, anything but the Patient populates the record.",
        study("policy", "enrolment"),
        (
            row([], "unknown: no_result", holds=("Patient",)),
            row([], "not met", holds=("Patient", "Observation")),
            row([], "not met", holds=("Patient", "ResearchSubject")),
        ),
        presume=True,
    ),
    Table(
        "An incomplete source: what rests on it is unknown, what does not is not touched.",
        study("no"),
        (
            row([], "unknown: source_incomplete", incomplete=("Observation",)),
            row([result(5, 7)], "unknown: source_incomplete", incomplete=("Observation",)),
            row([result(5, 7)], "unknown: source_incomplete", incomplete=("*",)),
            row([], "not met", incomplete=("Condition",)),
            row([result(5, 7)], "met", incomplete=("Condition",)),
        ),
    ),
)


def test_absence(table, row):
    assert table.ask(row) == row.answer
