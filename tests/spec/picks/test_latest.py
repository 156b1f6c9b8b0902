"""`latest`: the newest reading that counts answers, if it lies in the window; older ones never stand in for it.

Beside it stands what is newer but doubtful (a preliminary result, a provisional code): it may confirm, not decide.
"""

from adapter.screening.model import Kind
from tests.spec.given import condition, result, stated, unreadable
from tests.spec.tables import Table, row

MARKER = """
[variables.marker]
pick = "latest"
window = { days = 90 }

[rules.answer]
variable = "marker"
above = 5
"""
UNTIMED_NO = """
[variables.marker]
pick = "latest"
absence = "no"

[rules.answer]
variable = "marker"
words = ["positive"]
"""
PREFERRED = """
[variables.marker]
pick = "latest"
concepts = ["reported", "computed"]
prefer = ["reported", "computed"]
window = { days = 90 }

[rules.answer]
variable = "marker"
above = 5
"""
SHEET = """
[variables.item]
pick = "latest"
kinds = ["word"]
among = ["item", "other_item"]
window = { days = 10 }
absent_because = "not_assessed"

[rules.answer]
variable = "item"
words = ["present"]
"""

TABLES = (
    Table(
        "The newest answers, in whatever order the facts came.",
        MARKER,
        (
            row([result(10, 7)], "met"),
            row([result(10, 5)], "not met"),
            row([result(10, 7), result(20, 3)], "met"),
            row([result(20, 7), result(10, 3)], "not met"),
            row([result(10, 3), result(20, 7)], "not met"),
            row([result(0, 7)], "met", "the index date itself counts"),
            row([result(-1, 7)], "unknown: no_result", "what begins after the index date is not there"),
            row([result(-1, 3), result(10, 7)], "met"),
        ),
    ),
    Table(
        "A newest reading that is too old answers nothing and is shown.",
        MARKER,
        (
            row([result(90, 7)], "met", "the last day of the window"),
            row([result(91, 7)], "unknown: too_old"),
            row([result(91, 3)], "unknown: too_old"),
            row([], "unknown: no_result"),
        ),
    ),
    Table(
        "A newer result that cannot be read leaves it unknown; a too old or older one of that sort does not matter.",
        MARKER,
        (
            row([unreadable(5), result(10, 7)], "unknown: unreadable"),
            row([unreadable(5, "unmapped"), result(10, 7)], "unknown: unmapped"),
            row([unreadable(10), result(5, 7)], "met"),
            row([unreadable(5), result(5, 7)], "unknown: unreadable", "one readable, one not, of one day"),
            row([unreadable(91)], "unknown: too_old"),
            row([unreadable(5, at="08:00"), result(5, 7, at="10:00")], "unknown: unreadable"),
        ),
    ),
    Table(
        "A newer preliminary result may confirm and not decide; an older one does not matter.",
        MARKER,
        (
            row([result(5, 7, status="preliminary")], "unknown: not_final"),
            row([result(5, 7, status="preliminary"), result(10, 7)], "met"),
            row([result(5, 3, status="preliminary"), result(10, 7)], "unknown: not_final"),
            row([result(5, 3, status="preliminary"), result(10, 3)], "not met"),
            row([result(10, 3, status="preliminary"), result(5, 7)], "met"),
            row([result(5, 3, status="preliminary"), result(5, 7)], "unknown: not_final", "of one day"),
            row([result(5, 7, status="preliminary"), result(91, 7)], "unknown: not_final"),
            row(
                [result(5, 3, status="preliminary", at="08:00"), result(5, 7, at="10:00")],
                "met",
                "the final result of the same day is the newer one",
            ),
        ),
    ),
    Table(
        "Of one day the latest instant answers; results of one moment must agree.",
        MARKER,
        (
            row([result(5, 7, at="08:00"), result(5, 3, at="10:00")], "not met"),
            row([result(5, 7, at="10:00"), result(5, 3, at="10:00")], "unknown: conflict"),
            row([result(5, 7), result(5, 3)], "unknown: conflict", "no time of day: none is the newer"),
            row([result(5, 7), result(5, 8)], "met"),
            row([result(5, 7), result(5, 3, at="10:00")], "unknown: conflict"),
            row([result(5, 7), result(5, "4-6")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "A partial date may be any of its days.",
        MARKER,
        (
            row([result("2026-03", 7)], "met", "1 to 16 March: cut at the index date"),
            row([result("2026-03", 7), result(5, 3, status="preliminary")], "unknown: not_final", "perhaps newer"),
            row([result("2026-03", 7), result("2026-03-10", 3)], "unknown: conflict", "which is newer is not known"),
            row([result("2026-03", 7), result("2026-02-28", 3)], "met"),
            row([result("2026-03", 7), result(5, 3, at="08:00"), result(5, 7, at="20:00")], "met", "the older is out"),
            row([result("2025-12", 7)], "unknown: indeterminate", "the window opens on 16 December"),
            row([result("2025-12", 3), result("2025-12-20", 7)], "unknown: indeterminate"),
            row([result("2025-11", 7)], "unknown: too_old"),
            row([result("2026", 7)], "met"),
            row([result("2026-04", 7)], "unknown: no_result", "wholly after the index date"),
        ),
    ),
    Table(
        "An undated result has no place in time.",
        MARKER,
        (
            row([result(None, 7)], "unknown: undated"),
            row([result(None, 7), result(10, 3)], "not met"),
            row([result(None, 7), result(91, 3)], "unknown: too_old"),
        ),
    ),
    Table(
        "Where silence is read as a no, something on record that cannot be placed is no silence.",
        UNTIMED_NO,
        (
            row([], "not met"),
            row([result(5, "positive")], "met"),
            row([unreadable(5)], "unknown: unreadable"),
            row([result(5, "positive", status="preliminary")], "unknown: not_final"),
            row(
                [result(None, "positive")],
                "unknown: undated",
                "missing is never false (REFERENCE 1)",
            ),
        ),
    ),
    Table(
        "With `prefer`, of one day the first concept that decides answers.",
        PREFERRED,
        (
            row([result(5, 7, of="reported"), result(5, 3, of="computed")], "met"),
            row([result(5, 3, of="reported"), result(5, 7, of="computed")], "not met"),
            row([result(5, "<9", of="reported"), result(5, 7, of="computed")], "met", "`<9` does not decide"),
            row([result(9, 7, of="reported"), result(5, 3, of="computed")], "not met", "the newer day comes first"),
            row([result(5, 7, of="reported"), result(5, 3, of="reported")], "unknown: conflict"),
            row(
                [unreadable(5, of="reported"), result(5, 3, of="computed")],
                "unknown: unreadable",
                "one readable and one unreadable result of the newest day (REFERENCE 12)",
            ),
            row(
                [result("2026-03", 7, of="computed"), result(5, 3, of="reported")],
                "unknown: conflict",
                "not known to be of one day",
            ),
            row(
                [result(5, 7, of="reported", at="08:00"), result(5, 3, of="computed", at="10:00")],
                "met",
                "same day: reported beats computed (REFERENCE 6)",
            ),
        ),
    ),
    Table(
        "With `among`, a sheet counts as a whole: its newest day decides, and an item left out of it was not assessed.",
        SHEET,
        (
            row([stated(3, "present", of="item"), stated(3, "absent", of="other_item")], "met"),
            row([stated(8, "present", of="item"), stated(3, "absent", of="other_item")], "unknown: not_assessed"),
            row([stated(11, "present", of="item")], "unknown: too_old"),
            row([stated(8, "present", of="item"), unreadable(3, of="item", kind=Kind.WORD)], "unknown: unreadable"),
            row(
                [stated(8, "present", of="item"), unreadable(3, of="other_item", kind=Kind.WORD)],
                "unknown: not_assessed",
                "the newest day counts, read or not",
            ),
            row([stated(8, "present", of="item"), stated(3, "absent", of="item", status="preliminary")], "met"),
            row([], "unknown: not_assessed"),
        ),
    ),
    Table(
        "Of a condition without onset the recorded day counts.",
        MARKER.replace("above = 5", "recorded = true").replace('"latest"', '"latest"\nkinds = ["condition"]'),
        (
            row([condition(None, of="marker", recorded=90)], "met"),
            row([condition(None, of="marker", recorded=91)], "unknown: too_old"),
            row([condition(91, of="marker", recorded=5)], "unknown: too_old", "the onset comes first"),
            row([condition(5, "provisional", of="marker")], "unknown: indeterminate"),
        ),
    ),
)


def test_latest(table, row):
    assert table.ask(row) == row.answer
