"""A comparison with words: positive, present and yes are one; negative, absent and no are one; the rest is undecided.

A word comes from the person or the laboratory; `scale` says how a number becomes one where the report has none.
"""

from tests.spec.given import condition, result, stated, unreadable
from tests.spec.tables import Table, row


def study(scale: str = "", question: str = 'words = ["positive"]', kinds: str = '["result", "word"]') -> str:
    return f"""
[variables.marker]
pick = "latest"
kinds = {kinds}
{scale}
[rules.answer]
variable = "marker"
{question}
"""


def reported(value: object, high: str, **more: object):
    return result(5, value, report=(("", high, ""),), **more)


CAUSED = 'words = ["present"]\nattributable = "counts"'
EXPLICIT = 'above = 5\nattributable = "explicit"'

TABLES = (
    Table(
        "Words, and what lies between them.",
        study(),
        (
            row([result(5, "positive")], "met"),
            row([result(5, "present")], "met"),
            row([stated(5, "yes")], "met"),
            row([result(5, "negative")], "not met"),
            row([stated(5, "absent")], "not met"),
            row([result(5, "indeterminate")], "unknown: indeterminate"),
            row([result(5, flag="positive")], "met", "the laboratory's flag"),
            row([result(5, flag="negative")], "not met"),
            row([result(5, flag="indeterminate")], "unknown: indeterminate"),
            row([result(5, flag="high")], "met"),
            row([result(5, flag="normal")], "not met"),
            row([result(5, flag="low")], "unknown: indeterminate"),
            row([result(5, "negative", flag="positive")], "not met", "the word comes before the flag"),
            row([unreadable(5)], "unknown: unreadable"),
            row([result(5)], "unknown: indeterminate", "it came without a value"),
        ),
    ),
    Table(
        "Several words are one question.",
        study(question='words = ["inadequate", "relapse"]'),
        (
            row([stated(5, "inadequate")], "met"),
            row([stated(5, "relapse")], "met"),
            row([stated(5, "adequate")], "not met"),
        ),
    ),
    Table(
        "By `range`, the default: above the report's upper limit is positive.",
        study(),
        (
            row([reported(11, "10")], "met"),
            row([reported(10, "10")], "not met"),
            row([reported(">10", "10")], "met"),
            row([reported("<20", "10")], "unknown: indeterminate"),
            row([result(5, 11)], "unknown: indeterminate", "no range"),
            row([result(5, 11, flag="high")], "met"),
            row([result(5, 11, flag="normal")], "not met"),
        ),
    ),
    Table(
        "By `flag`: a number alone says nothing, whatever the range (competitive assays are positive when low).",
        study('scale = { by = "flag" }'),
        (
            row([reported(11, "10")], "unknown: indeterminate"),
            row([result(5, 0.01)], "unknown: indeterminate"),
            row([result(5, 0.01, flag="positive")], "met"),
            row([result(5, 11, flag="negative")], "not met"),
            row([result(5, "positive")], "met"),
        ),
    ),
    Table(
        "By `detectable`: any measured amount above the report's limit; `<` is not detected.",
        study('scale = { by = "detectable" }'),
        (
            row([result(5, 35)], "met"),
            row([result(5, 0)], "not met"),
            row([result(5, "<20")], "not met"),
            row([result(5, ">1000")], "met"),
            row([reported(15, "20")], "not met"),
            row([reported(35, "20")], "met"),
            row([result(5, "negative")], "not met"),
            row([unreadable(5, "unmapped", sign="<")], "not met", "less than the test can see, in any unit"),
            row([unreadable(5, "unmapped")], "unknown: unmapped"),
        ),
    ),
    Table(
        "Of other scales a `<` without its unit says nothing.",
        study(),
        (row([unreadable(5, "unmapped", sign="<")], "unknown: unmapped"),),
    ),
    Table(
        '`limits = "5/25"`: both limits as one word, as a parameter has them.',
        study('scale = { by = "limits", limits = "5/25" }'),
        (
            row([result(5, 4.9)], "not met"),
            row([result(5, 5)], "unknown: indeterminate"),
            row([result(5, 25)], "met"),
        ),
    ),
    Table(
        '`limits = "5/5"`: nothing between them.',
        study('scale = { by = "limits", limits = "5/5" }'),
        (row([result(5, 4.9)], "not met"), row([result(5, 5)], "met")),
    ),
    Table(
        "By `limits`: the report's range first, then the limits, between them unknown.",
        study('scale = { by = "limits", positive_from = 25, negative_below = 5 }'),
        (
            row([result(5, 25)], "met"),
            row([result(5, 4.9)], "not met"),
            row([result(5, 5)], "unknown: indeterminate"),
            row([result(5, 24.9)], "unknown: indeterminate"),
            row([result(5, "<5")], "not met"),
            row([result(5, "<10")], "unknown: indeterminate"),
            row([result(5, ">=25")], "met"),
            row([reported(11, "10")], "met"),
            row([reported(9, "10")], "not met"),
            row([result(5, 11, flag="high")], "met"),
        ),
    ),
    Table(
        "By `above`: the report's range first, then positive above it and all else negative.",
        study('scale = { by = "above", above = 25 }'),
        (
            row([result(5, 25.1)], "met"),
            row([result(5, 25)], "not met"),
            row([result(5, "<30")], "unknown: indeterminate"),
            row([reported(30, "35")], "not met"),
        ),
    ),
    Table(
        "The study's own limits hold on the variable's scale only.",
        study('unit = "other"\nscale = { by = "above", above = 25 }'),
        (
            row([result(5, 30)], "unknown: indeterminate"),
            row([reported(30, "25")], "met", "the report's range holds on any"),
        ),
    ),
    Table(
        "A titre: from 80 positive, below 80 negative.",
        study('scale = { by = "limits", positive_from = 80, negative_below = 80 }'),
        (
            row([result(5, 80)], "met"),
            row([result(5, 40)], "not met"),
            row([result(5, "<80")], "not met"),
            row([result(5, "<100")], "unknown: indeterminate", "`<1:100` does not show below 1:80"),
            row([result(5, ">=1000")], "met"),
        ),
    ),
    Table(
        "Attributed to another cause it does not count.",
        study(question=CAUSED),
        (
            row([stated(5, "present")], "met"),
            row([stated(5, "present", cause="an infection")], "not met"),
            row([result(5, "indeterminate", cause="an infection")], "not met"),
            row([stated(5, "absent")], "not met"),
        ),
    ),
    Table(
        '`attributable = "explicit"`: a result counts only where a person said so; its no is a no.',
        study(question=EXPLICIT),
        (
            row([result(5, 7)], "unknown: indeterminate"),
            row([result(5, 7, cause="an infection")], "not met"),
            row([result(5, 3)], "not met"),
        ),
    ),
    Table(
        "`recorded`: that it stands there is enough.",
        study(question="recorded = true", kinds='["condition", "result"]'),
        (
            row([condition(5, of="marker")], "met"),
            row([condition(5, "provisional", of="marker")], "unknown: indeterminate"),
            row([unreadable(5)], "met"),
            row([], "unknown: no_result"),
        ),
    ),
)


def test_words(table, row):
    assert table.ask(row) == row.answer
