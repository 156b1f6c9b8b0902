"""What a reader is told besides the answer: remarks of the study, disagreements, and what was taken on trust.

A row's answer is followed by the keys of what is remarked; the catalogue makes sentences of them.
"""

from tests.spec.given import condition, result, stated
from tests.spec.tables import Table, row

REMARKED = """
[rules.asked]
all_of = ["a"]
notes = { met = "remark" }

[rules.answer]
any_of = ["b"]
notes = { not_met = "elsewhere" }
hints = { unknown = ["asked"] }
"""
CODED = """
[variables.disease]
pick = "any"
kinds = ["condition"]
undated = "sure"

[rules.answer]
variable = "disease"
recorded = true
notes = { met = "remark" }
"""
TRUSTED = CODED.replace('notes = { met = "remark" }\n', "")
STATED = """
[variables.fulfils]
pick = "any"
kinds = ["word", "result"]

[rules.answer]
variable = "fulfils"
words = ["yes"]
"""
AGAINST = """
[variables.disease]
pick = "any"
kinds = ["condition"]
undated = "sure"

[rules.record]
variable = "disease"
recorded = true

[rules.answer]
record = "record"
word = "word"
"""

TABLES = (
    Table(
        "`notes`: a remark on an answer. `hints`: on an answer, what another rule remarks; its answer does not matter.",
        REMARKED,
        (
            row({"a": "met", "b": "met"}, "met"),
            row({"a": "met", "b": "not met"}, "not met, elsewhere"),
            row({"a": "met", "b": "unknown: too_old"}, "unknown: too_old, remark"),
            row({"a": "not met", "b": "unknown: too_old"}, "unknown: too_old"),
        ),
        parts=("a", "b"),
        notes=True,
    ),
    Table(
        "A rule that reads a variable remarks on each thing it read.",
        CODED,
        (
            row([condition(5)], "met, remark"),
            row([condition(5), condition(9)], "met, remark, remark"),
            row([condition(5, "provisional")], "unknown: indeterminate"),
        ),
        notes=True,
    ),
    Table(
        "Taken on trust where it decides: a diagnosis not said to be confirmed, or not said to go on.",
        TRUSTED,
        (
            row([condition(5)], "met"),
            row([condition(5, unsaid=("verification",))], "met, verification_missing"),
            row([condition(5, unsaid=("clinical",))], "met, clinical_missing"),
            row([condition(5, "resolved", unsaid=("clinical",))], "met", "it has ended: nothing is taken on trust"),
            row([condition(5, "provisional", unsaid=("clinical",))], "unknown: indeterminate"),
        ),
        notes=True,
    ),
    Table(
        "A person's no against a yes is shown; a normal result is no answer to an abnormal one of another day.",
        STATED,
        (
            row([stated(5, "yes", of="fulfils"), stated(9, "no", of="fulfils")], "met, stands_against"),
            row([stated(9, "yes", of="fulfils"), stated(5, "no", of="fulfils")], "met, stands_against"),
            row([stated(5, "yes", of="fulfils")], "met"),
            row([result(5, "positive", of="fulfils"), result(9, "negative", of="fulfils")], "met"),
        ),
        notes=True,
    ),
    Table(
        "A word against the record: what stands against it, what is on record besides; what leans its way is neither.",
        AGAINST,
        (
            row([condition(5), stated(5, "yes", of="word")], "met"),
            row([condition(5), stated(5, "no", of="word")], "met, stands_against"),
            row([condition(5, "provisional"), stated(5, "no", of="word")], "not met, also_on_record"),
            row([condition(5, "provisional"), stated(5, "yes", of="word")], "met"),
        ),
        parts=("word",),
        notes=True,
    ),
)


def test_notes(table, row):
    assert table.ask(row) == row.answer
