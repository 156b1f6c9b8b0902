"""IT sees what never arrived without learning of whom it is, has it tried again, or closes it."""

import re

import pytest

from adapter.database import open_database, read_database
from adapter.journal import Journal
from adapter.journal.audit.verify import verify
from tests.acceptance.command import run
from tests.unit.delivering import AT

ERROR = "Resource Patient/canary-1 is not known (404)."


@pytest.fixture
def place(tmp_path):
    """A database with one delivery of each state, and the settings that name it."""
    url = f"sqlite:///{tmp_path}/adapter.db"
    file = tmp_path / "adapter.toml"
    file.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    with open_database(url) as database:
        journal = Journal(database)
        with journal.transaction() as work:
            for name in ("done", "pending", "dead"):
                work.deliver("email", f"canary-{name}", '{"patient": "Patient/canary-1"}', AT)
        journal.done(1, AT)
        journal.failed(2, ERROR, permanent=False)
        journal.failed(3, ERROR, permanent=True)
    return file, url


def deliveries(place, *options):
    return run("deliveries", "--config", place[0], *options)


def states(place):
    with read_database(place[1]) as database:
        journal = Journal(database)
        return {
            one.id: one.state for state in ("done", "pending", "dead") for one in journal.deliveries("email", state)
        }


def test_what_is_open_is_listed_without_a_patient(place):
    ran = deliveries(place)
    assert ran.code == 0 and "canary" not in ran.out + ran.err
    lines = ran.out.splitlines()
    assert lines[0] == f"2  email  pending since {AT}, tried once: Resource a patient is not known (404)."
    assert [re.split("  ", line)[0] for line in lines[:-1]] == ["2", "3"]
    assert lines[-1].startswith("1 pending") and "1 dead" in lines[-1]


def test_one_that_is_dead_is_tried_again_and_one_is_closed_by_a_persons_word(place):
    assert deliveries(place, "--retry", "3", "--author", "Li, IT").code == 0
    assert states(place) == {1: "done", 2: "pending", 3: "pending"}
    assert deliveries(place, "--drop", "2", "--author", "Li, IT").code == 0
    assert states(place) == {1: "done", 2: "done", 3: "pending"}
    with read_database(place[1]) as database, database.reading() as connection:
        assert verify(connection, []).faults == []
        said = connection.exec_driver_sql("SELECT kind, who FROM journal_audit ORDER BY id DESC LIMIT 2").fetchall()
    assert [tuple(row) for row in said] == [("delivery-dropped", "Li, IT"), ("delivery-retried", "Li, IT")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--retry", "3"], "--author is missing"),
        (["--retry", "2", "--author", "Li"], "delivery 2: it is pending"),
        (["--drop", "1", "--author", "Li"], "delivery 1: it is done"),
        (["--drop", "9", "--author", "Li"], "delivery 9: there is none"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(place, options, says):
    before = states(place)
    ran = deliveries(place, *options)
    assert ran.code == 2 and says in ran.err and states(place) == before
