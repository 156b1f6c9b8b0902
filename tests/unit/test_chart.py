"""The cache of the hospital: what is newer replaces what is older, and nothing is half there."""

import random
from decimal import Decimal

import pytest

from adapter.database import open_database
from adapter.facts.chart import Chart, Member, Moved, Quarantined, Stored, Watermark
from adapter.facts.decode import Untrusted
from adapter.facts.intake import UNSAID, Kept

AT = "2026-03-16T01:00:00Z"


@pytest.fixture
def chart(database_url):
    with open_database(database_url) as database:
        yield Chart(database)


def result(name="o1", *, patient="Patient/p1", updated=1_000, version=1, value="0.52", kind="Observation"):
    row = {"key": f"{kind}/{name}", "value": Decimal(value), "code": "C3"}
    return Kept(kind, f"{kind}/{name}", patient, (updated, version), (row,))


def store(chart, *kept):
    with chart.transaction() as work:
        return work.store(kept)


@pytest.mark.parametrize("digits", ["0.520", "5.0", "5", "1E+5", "-0.0", "1.000000000000000000000000000001", "0E-10"])
def test_a_number_comes_back_with_its_digits(chart, digits):
    store(chart, result(value=digits))
    value = chart.of_patient("Patient/p1")[0].rows[0]["value"]
    assert (type(value), str(value)) == (Decimal, str(Decimal(digits)))


@pytest.mark.parametrize(
    "value",
    [
        7, True, None, "3.50", "狼\ufffd\t\"'", [], ["a", {"b": [Decimal("1.0")]}], Untrusted("9" * 60),
        {"$decimal": "twelve"}, {"$decimal": 1}, {"$decimal": "1", "and": 2}, {"$untrusted": None}, 10**39,
    ],
)  # fmt: skip
def test_whatever_a_row_holds_comes_back(chart, value):
    kept = Kept("Observation", "Observation/o1", "Patient/p1", (-(1 << 62), -(1 << 62)), ({"z": value, "a": 1}, {}))
    store(chart, kept)
    (back,) = chart.of_patient("Patient/p1")
    assert (back, list(back.rows[0])) == (kept, ["z", "a"])


@pytest.mark.parametrize(
    ("second", "account", "stays"),
    [
        (result(), Stored(unchanged=1), "0.52"),
        (result(updated=2_000, value="0.9"), Stored(stored=1), "0.9"),
        (result(version=2, value="0.9"), Stored(stored=1), "0.9"),
        (result(updated=999, version=2, value="0.9"), Stored(stored=1), "0.9"),
        (result(version=0, value="0.9"), Stored(stored=1), "0.9"),
        (result(value="0.9"), Stored(stored=1), "0.9"),
        (result(value="0.1"), Stored(stored=1), "0.1"),
    ],
    ids=["the same", "newer", "newer version", "stamped earlier", "counted anew", "another view's rows", "and again"],
)
def test_what_was_read_last_replaces_what_was_read_before(chart, second, account, stays):
    assert store(chart, result()) == {"Observation": Stored(stored=1)}
    assert store(chart, second) == {"Observation": account}
    assert str(chart.of_patient("Patient/p1")[0].rows[0]["value"]) == stays


def test_a_resource_that_changes_its_patient_moves(chart):
    store(chart, result())
    assert store(chart, result(patient="Patient/p2"))["Observation"].stored == 1
    assert (chart.of_patient("Patient/p1"), len(chart.of_patient("Patient/p2"))) == ([], 1)


def test_every_resource_is_accounted_for_whatever_the_order(chart, tmp_path):
    pieces = [
        result(f"o{n % 400}", updated=n % 3, value=str(n % 5), kind=("Observation", "Condition")[n % 2])
        for n in range(2_000)
    ]
    accounts, contents = [], []
    for seed in range(3):
        random.Random(seed).shuffle(pieces)
        with open_database(f"sqlite:///{tmp_path}/{seed}.db") as database:
            other = Chart(database)
            accounts.append(store(other, *pieces))
            contents.append(other.of_patient("Patient/p1"))
    assert [sum(sum(account) for account in counts.values()) for counts in accounts] == [2_000] * 3
    assert contents[0] == contents[1] == contents[2]
    assert [kept.key for kept in contents[0]] == sorted(kept.key for kept in contents[0])


def test_rows_and_watermark_move_together_or_not_at_all(chart):
    def interrupted():
        with chart.transaction() as work:
            work.store([result()])
            work.move_watermark("Observation", Watermark(AT, "asked", AT))
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert (chart.of_patient("Patient/p1"), chart.watermark("Observation")) == ([], None)
    with chart.transaction() as work:
        work.store([result()])
        work.move_watermark("Observation", Watermark(AT, "asked", AT, complete=False))
        assert (chart.of_patient("Patient/p1"), chart.watermark("Observation")) == ([], None)
    assert chart.watermark("Observation") == Watermark(AT, "asked", AT, complete=False)
    assert chart.of_patient("Patient/p1") == [result()]


def test_forgetting_is_of_watermarks_alone(chart):
    with chart.transaction() as work:
        work.store([result()])
        work.move_watermark("Observation", Watermark(AT))
        work.move_watermark("Observation", Watermark("2026-04-01T00:00:00Z"))
    assert chart.watermark("Observation") == Watermark("2026-04-01T00:00:00Z")
    with chart.transaction() as work:
        work.forget()
    assert (chart.watermark("Observation"), chart.of_patient("Patient/p1")) == (None, [result()])


def test_who_is_here(chart):
    people = [Kept("Patient", f"Patient/{name}", f"Patient/{name}", (0, 0), ({"key": name},)) for name in ("p2", "p10")]
    drug = Kept("Medication", "Medication/m1", None, (0, 0), ({"key": "Medication/m1"},))
    store(chart, *people, drug, result(patient="Patient/p2"), result("o9", patient="Patient/gone"))
    assert list(chart.patients()) == ["Patient/p10", "Patient/p2"]
    assert chart.of_patient("Patient/p2") == [result(patient="Patient/p2"), people[0]]
    assert (chart.shared("Medication"), chart.shared("Patient")) == ([drug], [])
    assert list(chart.by_patient()) == [
        ("Patient/gone", [result("o9", patient="Patient/gone")]),
        ("Patient/p10", [people[1]]),
        ("Patient/p2", chart.of_patient("Patient/p2")),
    ]


def test_what_the_server_no_longer_has_is_removed(chart):
    store(chart, result("o1"), result("o2"), result("o1", kind="Condition"))
    with chart.transaction() as work:
        assert work.remove("Observation", ["Observation/o1", "o2", "o3"]) == 2
        assert work.remove("Observation", []) == 0
    assert chart.of_patient("Patient/p1") == [result("o1", kind="Condition")]


def test_members_keep_the_day_since_when(chart):
    with chart.transaction() as work:
        assert work.set_members("scan", ["Patient/b", "Patient/a"], "1") == Moved(("Patient/a", "Patient/b"), ())
        work.set_members("group", ["Patient/b"], "1")
    with chart.transaction() as work:
        assert work.set_members("scan", ["Patient/c", "Patient/b"], "2") == Moved(("Patient/c",), ("Patient/a",))
    members = [("Patient/b", "group", "1"), ("Patient/b", "scan", "1"), ("Patient/c", "scan", "2")]
    assert chart.members() == [Member(*member) for member in members]


def test_quarantine_lasts_until_the_resource_is_read(chart):
    with chart.transaction() as work:
        for at in (AT, "later"):
            work.quarantine("Observation", "not-json", None, at)
            work.quarantine("Observation", "too-deep", "Observation/o1", at)
            work.quarantine(None, "not-json", None, at)
    nameless = [Quarantined("", None, "not-json", AT, 2), Quarantined("Observation", None, "not-json", AT, 2)]
    assert chart.quarantined() == [*nameless, Quarantined("Observation", "Observation/o1", "too-deep", AT, 2)]
    with chart.transaction() as work:
        work.store([result("o2")])
        work.quarantine("Observation", "too-deep", "Observation/o3", AT)
        work.store([result("o1"), result("o3")])
    assert chart.quarantined() == nameless


def test_a_patient_is_found_by_index(chart, database_url):
    asked = "SELECT * FROM chart_resource WHERE patient = 'x' ORDER BY type, id"
    with chart.transaction() as work:
        ask = work.connection.exec_driver_sql
        if database_url.startswith("sqlite"):
            plan = ask(f"EXPLAIN QUERY PLAN {asked}").all()
        else:
            ask("SET LOCAL enable_seqscan = off")  # which is faster where there is nothing
            plan = ask(f"EXPLAIN {asked}").all()
    assert "chart_resource_patient" in str(plan)


def test_the_keys_of_a_type_about_some_patients(chart):
    store(chart, result("a"), result("b", patient="Patient/p2"), result("c"), result("d", kind="Condition"))
    assert chart.keys("Observation", ["Patient/p1"]) == {"Observation/a": "Patient/p1", "Observation/c": "Patient/p1"}
    many = [f"Patient/p{n}" for n in range(2_000)]  # more than one statement may name
    assert set(chart.keys("Observation", many)) == {"Observation/a", "Observation/b", "Observation/c"}
    assert chart.keys("Observation", []) == {}


def test_who_is_not_kept_leaves_with_everything_and_the_shared_stay(chart):
    about = [result(f"o{n}", patient=f"Patient/p{n}") for n in range(1_200)]
    store(chart, *about, result("c", kind="Condition"), result("m", kind="Medication", patient=None))
    with chart.transaction() as work:
        work.set_members("all", ["Patient/p1", "Patient/p2"], AT)
        work.set_members("Observation", ["Patient/p1", "Patient/p2"], AT)
        assert work.keep_patients(["Patient/p2"]) == {"Condition": 1, "Observation": 1_199}
        assert work.keep_patients(["Patient/p2"]) == {}
    assert [patient for patient, _ in chart.by_patient()] == ["Patient/p2"]
    assert {member.patient for member in chart.members()} == {"Patient/p2"}
    assert len(chart.shared("Medication")) == 1


def test_what_came_and_is_not_kept_is_remembered_by_type(chart):
    store(chart, result())
    with chart.transaction() as work:
        work.see("Condition", ["Patient/p1", "Patient/p2"])
        work.see("Observation", ["Patient/p1"])
        work.see("Observation", ["Patient/p1"])
    assert chart.seen() == {"Patient/p1": ["Condition", "Observation"], "Patient/p2": ["Condition"]}
    with chart.transaction() as work:
        work.see("Condition", ["Patient/p2"], anew=["Patient/p1", "Patient/p2"])
    assert chart.seen() == {"Patient/p1": ["Observation"], "Patient/p2": ["Condition"]}
    with chart.transaction() as work:
        work.keep_patients([])
    assert "Patient/p1" not in chart.seen()


def test_a_type_without_dates_is_known(chart):
    store(chart, result(), result("c1", kind="Condition", updated=UNSAID))
    assert (chart.undated("Observation"), chart.undated("Condition")) == (False, True)


def test_when_a_type_was_held_to_all_the_server_has(chart):
    with chart.transaction() as work:
        work.move_watermark("Condition", Watermark(AT))
        work.move_watermark("Observation", Watermark(AT, reconciled_at=AT))
    assert chart.reconciled() == {"Condition": None, "Observation": AT}


def person(name, **links):
    row = {"key": f"Patient/{name}", "replaced_by": [], "replaces": [], "security": [], **links}
    return Kept("Patient", f"Patient/{name}", f"Patient/{name}", (1_000, 1), (row,))


def test_only_who_is_linked_is_read_of_all_patients(chart):
    old, new = person("p2", replaced_by=["Patient/p3"]), person("p3")
    store(chart, person("p1"), old, new, person("p5"))
    assert [row["key"] for row in chart.linked()] == ["Patient/p2", "Patient/p3"]
    store(chart, person("p4", replaces=["Patient/p1", "Patient/p9"]))
    assert {row["key"] for row in chart.linked()} == {f"Patient/p{number}" for number in (1, 2, 3, 4)}
