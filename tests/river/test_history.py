"""Deletions are followed between the lists of all there is, where the server's history tells them (fault 42)."""

import json

import pytest

from tests.river.test_full import removed, results


@pytest.fixture
def told(flowing):
    flowing.sandbox.history = True
    return flowing


def histories(river):
    return [line for line in river.asked if "_history" in line]


def test_42_a_deletion_is_followed_by_the_history_at_the_next_run(told, tmp_path):
    gone, again = results(told)[:2]
    for key in (gone, again):
        told.sandbox.delete(key)
    told.sandbox.change({**json.loads(json.dumps(told.sandbox.store.find("Patient", "c30").resource)), "active": True})
    one = next(one for one in told.resources if f"{one['resourceType']}/{one['id']}" == again)
    told.sandbox.change(one)
    ran = told.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    assert "Observation" in json.loads(ran.out)["followed"]
    assert all("_elements=id" in line and "_since=" in line for line in histories(told))
    assert gone not in told.chart() and told.chart() == told.anew(tmp_path / "anew")


def test_a_history_that_shows_more_than_ids_is_looked_at_once_and_left(told):
    gone = results(told)[0]
    told.sandbox.delete(gone)
    told.change(results(told)[1], note=[{"text": "corrected"}])

    def generous(visit, request):
        if not request.path.endswith("/_history"):
            return False
        pairs = tuple(pair for pair in request.query if pair[0] != "_elements")
        visit.send(told.sandbox.answer(type(request)(request.base, "GET", request.path, pairs, request.headers)))
        return True

    told.front = generous
    ran = told.run("--json")
    assert ran.code == 0 and removed(ran) == {} and gone in told.chart()
    assert "Observation" not in json.loads(ran.out)["followed"]
    assert len([line for line in histories(told) if line.startswith("GET /Observation/")]) == 1
