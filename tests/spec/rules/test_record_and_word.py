"""Rules that read another rule: against a person's `word`, in the light of other conditions, or by its answer alone."""

from tests.spec.tables import Table, row

OPEN = "unknown: no_result"
WORD = """
[rules.answer]
record = "record"
word = "word"
"""
DOUBTED = """
[rules.answer]
record = "record"
doubted_by = ["other"]
"""
COUNTS = """
[rules.answer]
record = "record"
counts = {counts}
"""


def word(record: str, word: str, answer: str, why: str = ""):
    return row({"record": record, "word": word}, answer, why)


def doubted(record: str, other: str, answer: str, why: str = ""):
    return row({"record": record, "other": other}, answer, why)


TABLES = (
    Table(
        "What a person stated against what the record shows: only a sure record outranks a no.",
        WORD,
        (
            word("met", "met", "met"),
            word("met", "not met", "met", "the record stands; the disagreement is shown"),
            word("met", OPEN, "met"),
            word("not met", "met", "met", "an attested yes outranks a negative record"),
            word("not met", "not met", "not met"),
            word("not met", OPEN, "not met"),
            word(OPEN, "met", "met"),
            word(OPEN, "not met", "not met"),
            word("unknown: indeterminate", "not met", "not met", "a provisional or old record gives way"),
            word(OPEN, OPEN, OPEN),
            word("unknown: indeterminate", "unknown: too_old", "unknown: indeterminate"),
        ),
        parts=("record", "word"),
    ),
    Table(
        "`word_wins`: the person has the last word.",
        WORD + "word_wins = true\n",
        (
            word("met", "not met", "not met"),
            word("not met", "met", "met"),
            word("met", OPEN, "met"),
        ),
        parts=("record", "word"),
    ),
    Table(
        "What another condition may explain is unknown until a person attributes it.",
        DOUBTED,
        (
            doubted("met", "not met", "met"),
            doubted("met", "met", "unknown: indeterminate"),
            doubted("met", "unknown: indeterminate", "unknown: indeterminate", "a doubtful condition is a doubt"),
            doubted("met", OPEN, "met", "nothing on record is no doubt"),
            doubted("not met", "met", "not met"),
            doubted("unknown: too_old", "met", "unknown: too_old"),
        ),
        parts=("record", "other"),
    ),
    Table(
        '`counts = ["unknown"]`: for what counts only while there is nothing better.',
        COUNTS.format(counts='["unknown"]'),
        (row({"record": OPEN}, "met"), row({"record": "met"}, "not met"), row({"record": "not met"}, "not met")),
        parts=("record",),
    ),
    Table(
        '`counts = ["not_met", "unknown"]`',
        COUNTS.format(counts='["not_met", "unknown"]'),
        (row({"record": OPEN}, "met"), row({"record": "met"}, "not met"), row({"record": "not met"}, "met")),
        parts=("record",),
    ),
)


def test_record_and_word(table, row):
    assert table.ask(row) == row.answer
