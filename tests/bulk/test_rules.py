"""The rules of Bulk Data Access for a client, one test each (B1 to B17)."""

import json
from datetime import timedelta

import pytest

from adapter import errors
from adapter.fhir.auth import Auth
from adapter.fhir.export import JobFailed
from adapter.sources.export.errand import StillRunning
from tests.bulk.ward import Ward, http_date, instant, ndjson, person, result
from tests.wire.scripted import Reply, outcome


def looks(ward):
    return ward.asked("GET", "/status/")


def files(ward):
    return ward.asked("/file/")


def next_day(ward, *resources):
    """A first export lies behind, and something has changed since."""
    ward.tick()
    ward.put(*resources)
    ward.scripted.asked.clear()


def test_b1_an_order_asks_for_an_answer_later_by_get_or_by_post_where_the_guide_wants_that(ward, reader, twin):
    reader.run()
    (asked,) = ward.kick_offs
    assert asked.method == "GET" and asked.headers["prefer"] == "respond-async"
    assert asked.headers["accept"] == "application/fhir+json"
    next_day(ward, result(1, 0, 0.7))
    ward.posted = True
    reader.run()
    (asked,) = ward.kick_offs
    parameters = json.loads(asked.body)["parameter"]
    types = [one["valueString"] for one in parameters if one["name"] == "_type"]
    assert (
        asked.method == "POST" and len(types) > 10 and "Observation" in types and not any("," in one for one in types)
    )
    assert [one["name"] for one in parameters if one["name"] != "_type"] == ["_since"] and reader.facts() == twin()


def test_b2_the_job_is_noted_before_it_is_looked_at(ward, reader):
    noted = []
    ward.twist = lambda asked, reply: noted.append(reader.job().status_url) if "/status/" in asked.target else None
    reader.run()
    assert noted and set(noted) == {f"{ward.base}/status/1"}


@pytest.mark.parametrize(
    ("said", "slept"),
    [("7", 7.5), ("date", 9.5), ("7200", 300.5), ("0", 1.5), ("-3", 1.5), ("soon", 1.5), (None, 1.5)],
)
def test_b3_it_is_looked_at_when_the_server_says(ward, reader, said, slept):
    headers = (
        {} if said is None else {"Retry-After": http_date(ward.now + timedelta(seconds=9)) if said == "date" else said}
    )
    ward.twist = lambda asked, reply: (
        Reply(202, b"", headers) if len(looks(ward)) == 1 and "/status/" in asked.target else None
    )
    ward.looks = 0
    reader.run()
    assert reader.timepiece.slept == [slept] and len(looks(ward)) == 2


def test_b3_unasked_it_waits_twice_as_long_each_time(ward, reader):
    ward.looks, ward.retry_after = 9, ""
    reader.run()
    assert reader.timepiece.slept == [1.5, 2.5, 4.5, 8.5, 16.5, 32.5, 64.5, 64.5, 64.5]


@pytest.mark.parametrize("header", [False, True])
def test_b4_it_is_still_running_by_its_status_or_by_a_header_beside_it(ward, reader, twin, header):
    ward.looks = 2 if not header else 0

    def separate(asked, reply):
        if "/status/" in asked.target and asked.method == "GET":
            running = len(looks(ward)) < 3
            return Reply(
                200, b"" if running else reply.body, {"X-Export-Status": "202 Accepted" if running else "200 OK"}
            )
        return None

    ward.twist = separate if header else None
    assert reader.run().troubles == {} and len(looks(ward)) == 3 and reader.facts() == twin()


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_b5_a_look_that_fails_for_a_while_is_no_failed_job(ward, reader, twin, status):
    said = json.dumps(outcome(code="transient")).encode()
    ward.twist = lambda asked, reply: (
        Reply(status, said) if "/status/" in asked.target and len(looks(ward)) < 3 else None
    )
    assert reader.run().troubles == {} and len(ward.kick_offs) == 1 and reader.facts() == twin()


@pytest.mark.parametrize("status", [400, 500])
def test_b5_a_job_that_failed_is_forgotten_and_the_next_run_asks_anew(ward, reader, twin, status):
    said = json.dumps(outcome(code="exception")).encode()
    ward.twist = lambda asked, reply: (
        Reply(status, said) if "GET" in asked.method and "/status/1" in asked.target else None
    )
    with pytest.raises(JobFailed, match="the export failed"):
        reader.run()
    assert reader.job() is None and reader.facts() == {} and ward.asked("DELETE", "/status/1")
    assert reader.run().troubles == {} and len(ward.kick_offs) == 2 and reader.facts() == twin()


@pytest.mark.parametrize(("name", "place"), [("error", ["Observation.where(id = '1')"]), ("outcome", [])])
def test_b6_an_error_in_the_manifest_makes_the_types_partial_that_it_names(ward, reader, name, place):
    reader.run()
    before = reader.marks()
    next_day(ward, result(1, 0, 0.7))
    said = outcome(code="incomplete", diagnostics="Canary Zhang")
    said["issue"][0]["expression"] = place
    ward.manifest = lambda manifest: {
        **manifest,
        name: [{"type": "OperationOutcome", "url": f"{ward.base}/file/2/outcome"}],
    }
    ward.twist = lambda asked, reply: ndjson([json.dumps(said).encode()]) if "outcome" in asked.target else None
    pulled, marks = reader.run(), reader.marks()
    assert "Observation" in pulled.troubles and "error/incomplete" in str(pulled.troubles["Observation"])
    assert "Canary" not in str(pulled.troubles["Observation"])
    assert marks["Observation"] == before["Observation"]
    assert (marks["Condition"] == before["Condition"]) is (not place)


def test_b7_the_servers_own_time_is_since_when_the_next_one_asks(ward, reader, twin):
    taken = instant(ward.now)
    ward.twist = lambda asked, reply: ward.tick(minutes=10) if "/file/" in asked.target else None
    reader.run()
    ward.twist = None
    next_day(ward, result(1, 0, 0.7), *person(4))
    reader.run()
    (job,) = (one.target for one in ward.kick_offs)
    assert f"_since={taken}" in job and reader.facts() == twin()


@pytest.mark.parametrize("token", [True, False])
def test_b8_the_sign_in_goes_with_files_where_the_manifest_asks_for_it_alone(ward, reader, token):
    """Fault 5."""
    reader.server = {"auth": Auth("basic", username="u", password="p")}
    ward.token = token
    reader.run()
    assert files(ward) and {"authorization" in one.headers for one in files(ward)} == {token}
    assert all("authorization" in one.headers for one in ward.kick_offs + looks(ward))


@pytest.mark.parametrize("packed", [True, False])
def test_b9_files_may_come_packed_or_not(ward, reader, twin, packed):
    ward.packed = packed
    reader.run()
    assert reader.facts() == twin() and {one.headers["accept-encoding"] for one in files(ward)} == {"gzip"}


def test_b10_what_was_deleted_leaves(ward, reader, twin):
    reader.run()
    next_day(ward, result(1, 0, 0.7))
    ward.delete("Observation/o-p1-5")
    ward.delete("Observation/o-p2-5")
    assert reader.run().troubles == {} and "_since" in ward.kick_offs[0].target
    assert "Observation/o-p1-5" not in reader.facts() and reader.facts() == twin()
    assert reader.tally.as_dict()["resources"]["Observation"]["removed"] == 2


@pytest.mark.parametrize("level", ["system", "group"])
def test_b11_who_is_new_is_read_in_full_whatever_is_old_about_them(ward, reader, twin, level):
    """Fault 53."""
    ward.put(*person(7)[0:1], *person(7)[2:])
    reader.run(level=level, group="Group/g")
    ward.tick()
    ward.group.append("Patient/p7")
    next_day(ward, person(7)[1])
    pulled = reader.run(level=level, group="Group/g")
    assert pulled.came == ("Patient/p7",) and pulled.troubles == {} and "_since" in ward.kick_offs[0].target
    mine = [key for key, (patient, _) in reader.facts().items() if patient == "Patient/p7"]
    assert len(mine) == 8 and (level == "group" or reader.facts() == twin())


@pytest.mark.parametrize("level", ["system", "group"])
def test_b11_where_newcomers_cannot_be_read_each_export_is_a_full_one(ward, reader, level):
    ward.searches = level == "group"
    if level == "group":
        ward.twist = lambda asked, reply: (
            Reply(403) if "GET" in asked.method and asked.target.endswith("/Group/g") else None
        )
    reader.run(level=level, group="Group/g")
    next_day(ward, result(1, 0, 0.7))
    pulled = reader.run(level=level, group="Group/g")
    assert "_since" not in ward.kick_offs[0].target and any("each export is full" in one for one in pulled.notes)


def test_b12_no_filter_is_trusted_and_what_was_not_asked_for_is_left_there(ward, reader, twin):
    about = {"subject": {"reference": "Patient/p1"}, "status": "finished"}
    ward.put({"resourceType": "Encounter", "id": "e1", **about})
    ward.more_types = ("Encounter",)
    reader.run()
    assert "_typeFilter" not in ward.kick_offs[0].target and reader.facts() == twin()
    encounters = [
        place for place, (kind, _) in enumerate(Ward.files(ward, {"types": [], "since": None, "level": "$export"}))
    ]
    assert encounters and len(files(ward)) == sum(kind != "Encounter" for kind, _ in ward.last) == len(
        {one.target for one in files(ward)}
    )
    assert reader.tally.as_dict()["resources"]["Observation"]["ignored"]["of another patient"] == 1


def test_b13_what_came_in_part_never_takes_the_place_of_the_whole(ward, reader):
    reader.run()
    before = reader.facts()
    part = result(1, 0, 0.7) | {"meta": {"tag": [{"code": "SUBSETTED"}]}}
    del part["valueQuantity"]
    next_day(ward, part)
    pulled = reader.run()
    assert reader.facts() == before and "SUBSETTED" in str(pulled.troubles["Observation"])


def paged(ward, second):
    """Split the manifest into two pages, of which the second is what `second` makes of it."""
    halves = {}

    def split(said):
        halves["rest"] = {**said, "output": said["output"][3:]}
        return {**said, "output": said["output"][:3], "link": [{"relation": "next", "url": f"{ward.base}/more"}]}

    ward.manifest = split
    ward.twist = lambda asked, reply: second(halves["rest"]) if asked.target.endswith("/more") else None


def test_b14_a_manifest_of_several_pages_is_read_to_its_end(ward, reader, twin):
    waits = [Reply(202, b"", {"Retry-After": "3"})]
    paged(ward, lambda rest: waits.pop() if waits else ward.json(rest))
    assert reader.run().troubles == {} and reader.facts() == twin()


@pytest.mark.parametrize(
    "second",
    [
        lambda rest: Reply(500),
        lambda rest: Reply(200, json.dumps({**rest, "transactionTime": "2026-01-01T00:00:00Z"}).encode()),
    ],
)
def test_b14_a_page_that_fails_or_belongs_elsewhere_moves_nothing(ward, reader, second):
    paged(ward, second)
    with pytest.raises(errors.SourceError):
        reader.run()
    assert reader.facts() == {} and set(reader.marks().values()) == {None}


def test_b15_links_that_expire_are_given_anew_and_no_file_is_fetched_twice(ward, reader, twin):
    given = []

    def signed(said):
        given.append(len(given) + 1)
        return {**said, "output": [{**one, "url": f"{one['url']}?sig={given[-1]}"} for one in said["output"]]}

    ward.manifest = signed
    ward.twist = lambda asked, reply: Reply(403) if "sig=1" in asked.target and len(files(ward)) > 3 else None
    assert reader.run().troubles == {} and reader.facts() == twin() and len(ward.kick_offs) == 1
    assert len(files(ward)) == len({one.target.partition("?")[0] for one in files(ward)}) + 1


def test_b16_the_job_is_taken_away_in_the_end_and_may_be_gone_by_then(ward, reader):
    reader.run()
    assert [one.target.rpartition("/")[2] for one in ward.asked("DELETE")] == ["1"] and ward.jobs == {}
    next_day(ward, result(1, 0, 0.7))
    ward.twist = lambda asked, reply: Reply(404) if asked.method == "DELETE" else None
    assert reader.run().troubles == {} and reader.job() is None


def test_b17_another_export_under_way_is_waited_for(ward, reader, twin):
    busy = Reply(429, b"", {"Retry-After": "120"})
    ward.twist = lambda asked, reply: busy if "$export" in asked.target and len(ward.kick_offs) < 4 else None
    assert reader.run().troubles == {} and reader.facts() == twin()
    assert reader.timepiece.slept[:3] == [120.5] * 3


def test_b17_longer_than_a_run_it_ends_cleanly_and_the_next_one_begins(ward, reader, twin):
    ward.twist = lambda asked, reply: Reply(429) if "$export" in asked.target else None
    with pytest.raises(StillRunning, match="does not begin an export yet") as ended:
        reader.run(wait_minutes=5)
    assert ended.value.exit_code == errors.PARTIAL and reader.job() is None
    ward.twist = None
    assert reader.run().troubles == {} and reader.facts() == twin()
