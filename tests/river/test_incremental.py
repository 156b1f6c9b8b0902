"""What changes at the hospital comes, whenever and however it is written (faults 21, 27, 29, 31, 36, 40, 43)."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from adapter.demo.exchange import Answer
from tests.river.fronts import edited
from tests.river.hospital import ward
from tests.river.test_full import results
from tests.river.test_reconciled import every
from tests.river.test_troubles import of_type


def of(river, key):
    return river.sandbox.store.find(*key.split("/")).resource


def same_as_anew(river, folder):
    river.population = ""
    assert river.chart() == river.anew(folder / "anew")
    return True


def moving(river, size, meanwhile):
    """Answer in pages that are counted off anew each time: what is written meanwhile moves them."""

    def front(visit, request):
        start = int(dict(request.query).get("_offset", 0))
        if start:
            meanwhile()
        query = tuple(pair for pair in request.query if pair[0] not in {"_offset", "_count"})
        body = river.sandbox.answer(replace(request, query=(*query, ("_count", "1000")))).body
        entries = body.get("entry", [])
        further = f"{request.base}/{request.path}?{urlencode(query)}&_offset={start + size}"
        link = [{"relation": "next", "url": further}] if start + size < len(entries) else []
        visit.send(Answer(200, {**body, "entry": entries[start : start + size], "link": link}))
        return True

    return of_type("Observation", front)


@pytest.mark.parametrize("seed", range(3))
def test_27_after_a_quiet_run_the_chart_is_what_moved_while_it_was_read(river, tmp_path, seed):
    chance, added = random.Random(seed), []

    def meanwhile():
        left = [f"Observation/{one['id']}" for one in river.sandbox.store.all("Observation")]
        key = chance.choice(left)
        match chance.randrange(6):
            case 0:
                river.sandbox.delete(key)
            case 1:
                added.append(key)
                river.sandbox.change({**of(river, key), "id": f"new-{len(added):03}"})
            case 2:
                river.change(key, status=chance.choice(["amended", "entered-in-error", "final"]))

    river.front = moving(river, 7, meanwhile)
    assert every(river, 0).run().code in {0, 13} and added
    river.front = None
    assert river.run().code == 0
    assert same_as_anew(river, tmp_path)


def test_27_a_row_that_slips_between_two_pages_is_read(river, tmp_path):
    gone = []

    def meanwhile():
        if not gone:
            gone.append(min(f"Observation/{one['id']}" for one in river.sandbox.store.all("Observation")))
            river.sandbox.delete(gone[0])

    river.front = moving(river, 7, meanwhile)
    assert river.run().code == 0
    river.front = None
    assert every(river, 0).run().code == 0, "what was deleted while it was read is found by the ids"
    assert same_as_anew(river, tmp_path) and gone[0] not in river.chart()


@pytest.mark.parametrize(("minutes", "seen"), [(9, True), (11, False)])
def test_29_what_is_committed_late_is_seen_within_the_overlap(flowing, tmp_path, minutes, seen):
    key = results(flowing)[0]
    flowing._behind = timedelta(minutes=minutes)
    flowing.change(key, status="entered-in-error")
    flowing._behind = timedelta()
    before = flowing.chart()
    assert flowing.run().code == 0
    assert (flowing.chart() != before) is seen
    assert flowing.run("--full").code == 0
    assert same_as_anew(flowing, tmp_path)


@pytest.mark.parametrize("written", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.%fZ"])
def test_31_rows_of_one_instant_are_all_read_however_it_is_written(river, tmp_path, written):
    moment = datetime.now(UTC).strftime(written)

    def dated(page):
        for entry in page.get("entry", ()):
            entry["resource"] = {**entry["resource"], "meta": {"versionId": "7", "lastUpdated": moment}}
        return page

    river.front = edited(river, "Observation", dated)
    assert river.run().code == 0
    key = results(river)[0]
    river.change(key, status="entered-in-error")  # as new as what is known
    assert river.run().code == 0
    assert same_as_anew(river, tmp_path)


def test_36_a_server_that_answers_from_memory_is_asked_past_it(flowing):
    kept = {}

    def remembering(visit, request):
        said = river_answer(request)
        fresh = request.headers.get("cache-control") == "no-cache"
        kept[request.line()] = said if fresh else kept.get(request.line(), said)
        visit.send(kept[request.line()])
        return True

    river_answer = flowing.sandbox.answer
    flowing.front = remembering
    assert flowing.run("--full").code == 0
    flowing.change("Patient/c01", birthDate="2015-01-01")
    assert flowing.run("--full").code == 0
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]


def test_40_what_comes_along_is_nobodys_answer(river, tmp_path):
    stranger = [{"resource": one, "search": {"mode": "include"}} for one in ward("c02")]
    river.front = edited(river, "Condition", lambda page: {**page, "entry": [*page.get("entry", ()), *stranger]})
    ran = river.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["population"] == 5
    river.front = None
    assert same_as_anew(river, tmp_path)


def test_43_a_status_that_goes_back_and_forth_moves_the_decision_each_time(flowing):
    key = "Patient/c01"
    birth = of(flowing, key)["birthDate"]
    seen = []
    for date in ("2015-01-01", birth, "2015-01-01"):
        flowing.change(key, birthDate=date)
        assert flowing.run().code == 0
        seen.append(flowing.decisions()[key]["decision"])
    assert seen == ["ineligible", "candidate", "ineligible"]
    own = [one for one in ward("c01") if one["resourceType"] == "Observation"]
    for one in own:
        flowing.change(f"Observation/{one['id']}", status="entered-in-error")
    assert flowing.run().code == 0
    used = {e["resource"] for c in flowing.decisions()[key]["criteria"] for e in c.get("evidence", ())}
    assert not used & {f"Observation/{one['id']}" for one in own}, "what was entered in error is no evidence"


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"resourceType": "Basic"}, "other type"),
        ({"id": None}, "no-id"),
        ({"id": "../../x"}, None),
        ({"id": "x" * 500}, None),
    ],
)
def test_21_odd_resources_are_accounted_for_and_name_no_path(flowing, spoilt, said):
    odd = {**of(flowing, results(flowing)[0]), **spoilt}
    odd = {name: value for name, value in odd.items() if value is not None}

    def with_odd(page):
        return {**page, "total": page["total"] + 1, "entry": [*page.get("entry", ()), {"resource": odd}]}

    flowing.front = of_type("Observation", edited(flowing, "Observation", with_odd))
    before = {file.name for file in flowing.folder.iterdir()}
    ran = flowing.run("--full", "--json")
    assert ran.code == 0, ran.err
    resources = json.loads(ran.out)["account"]["resources"]
    reasons = {name for line in resources.values() for name in (*line["ignored"], *line["quarantined"])}
    assert said is None or said in reasons
    assert {file.name for file in flowing.folder.iterdir()} == before


@pytest.mark.parametrize("newest_first", [True, False])
def test_21_of_two_versions_with_one_id_the_newer_counts(flowing, newest_first):
    key = "Patient/c01"
    old = of(flowing, key)
    flowing.change(key, birthDate="2015-01-01")

    def twice(page):
        entries = page.get("entry", [])
        both = [{"resource": old}] if any(one["resource"]["id"] == "c01" for one in entries) else []
        return {**page, "entry": [*entries, *both] if newest_first else [*both, *entries]}

    flowing.front = edited(flowing, "Patient", twice)
    assert flowing.run().code == 0
    assert flowing.subjects()[key] == ["ineligible"]
