"""What goes wrong with an export: in the end the chart is the undisturbed twin's, or it says why not (47 to 54)."""

import json
import threading
from datetime import timedelta

import pytest

from adapter.fhir.errors import Stopped
from tests.bulk.conftest import Reader
from tests.bulk.ward import instant, ndjson, person, result
from tests.wire.scripted import Reply, outcome


def files(ward):
    return ward.asked("/file/")


def test_47_a_run_that_is_stopped_at_any_request_is_gone_on_with(ward, tmp_path_factory, twin):
    wanted, asked, number = twin(), 0, 0
    while True:
        reader, stop = Reader(ward, tmp_path_factory.mktemp("stopped")), threading.Event()
        ward.scripted.asked.clear()
        ward.jobs.clear()
        ward.begun_jobs = 0
        number += 3

        def count(asked, reply, stop=stop, number=number):
            if len(ward.scripted.asked) == number:
                stop.set()

        ward.twist = count
        try:
            reader.run(stop=stop)
        except Stopped:
            pass
        else:
            break
        ward.twist = None
        last = ward.scripted.asked[number - 1]
        assert reader.run().troubles == {} and reader.facts() == wanted
        # Stopped within an order or a removal, nobody can know whether the server has heard of it.
        assert len(ward.kick_offs) == 1 or "$export" in last.target or last.method == "DELETE"
        asked += 1
    assert asked >= 4


def with_outcome(ward, name, **said):
    ward.manifest = lambda manifest: {
        **manifest, "vendor": {"x": [1]}, "output": [{**one, "extension": {}} for one in manifest["output"]],
        name: [{"url": f"{ward.base}/file/1/outcome", "countSeverity": [{"code": "error", "count": 1}]}],
    }  # fmt: skip
    ward.twist = lambda asked, reply: (
        ndjson([json.dumps(outcome(**said)).encode()]) if "outcome" in asked.target else None
    )


@pytest.mark.parametrize(
    ("name", "severity"), [("error", "error"), ("outcome", "fatal"), ("error", "warning"), ("outcome", "information")]
)
def test_48_a_manifest_that_names_an_error_is_partial_and_says_it_by_code(ward, reader, twin, name, severity):
    with_outcome(ward, name, severity=severity, code="exception", diagnostics="Patient Canary-Zhang")
    pulled = reader.run()
    if severity in {"warning", "information"}:
        assert pulled.troubles == {} and reader.facts() == twin()
        return
    said = " ".join(map(str, pulled.troubles.values()))
    assert f"{severity}/exception" in said and "Canary" not in said + " ".join(pulled.notes)
    assert "Observation" in pulled.troubles and set(reader.marks().values()) == {None}
    ward.manifest, ward.twist = lambda manifest: manifest, None
    assert reader.run().troubles == {} and reader.facts() == twin()


def test_49_names_of_files_are_ours_whatever_the_server_calls_them(ward, reader, twin, tmp_path):
    def odd(said):
        for place, one in enumerate(said["output"]):
            one["url"] = f"{ward.base}/file/1/{place}/x.ndjson"
        said["output"].append({"type": "../../etc", "url": f"{ward.base}/file/1/0/../../../etc/passwd"})
        said["output"].append({"url": f"{ward.base}/file/1/%2e%2e%2fpasswd"})
        return said

    seen = set()
    ward.manifest = odd

    def look(asked, reply):
        seen.update(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*.gz"))
        return ward.file("/".join(["file", *asked.target.split("/")[3:5]])) if "x.ndjson" in asked.target else None

    ward.twist = look
    pulled = reader.run()
    assert seen and all(len(one) == len("adapter.db.export/.gz") + 32 for one in seen)
    assert set(pulled.troubles) and all("nothing was sent there" in str(one) for one in pulled.troubles.values())
    assert not ward.asked("passwd")
    ward.manifest = lambda said: said
    assert reader.run().troubles == {} and reader.facts() == twin()


def test_50_files_that_are_gone_for_good_make_way_for_a_new_export(ward, reader, twin):
    ward.twist = lambda asked, reply: Reply(404) if "/file/1/" in asked.target and len(files(ward)) > 3 else None
    assert reader.run().troubles == {} and reader.facts() == twin() and len(ward.kick_offs) == 2


def test_50_a_job_that_is_gone_before_the_next_run_makes_way_for_a_new_one(ward, reader, twin):
    ward.looks = 99
    with pytest.raises(Exception, match="still running") as ended:
        reader.run(wait_minutes=0.1)
    assert ended.value.exit_code == 13 and reader.facts() == {} and reader.job() is not None
    ward.jobs.pop("1")
    ward.looks = 0
    assert reader.run().troubles == {} and reader.facts() == twin() and len(ward.kick_offs) == 2


def later(ward, *resources):
    ward.tick()
    ward.put(*resources)
    ward.scripted.asked.clear()


def test_51_what_was_deleted_and_is_unknown_or_came_again_does_no_harm(ward, reader, twin):
    reader.run()
    later(ward, result(1, 0, 0.7))
    ward.gone = dict.fromkeys(("Observation/never-heard-of", "Observation/o-p1-0", "Patient/p1"), ward.now)
    ward.put({**person(1)[0], "gender": "male"})
    pulled = reader.run()
    assert pulled.troubles == {} and reader.facts() == twin()
    assert "1 resources of type Observation were exported and also named as deleted: they were kept" in pulled.notes


def entry(method, url):
    return {"resourceType": "Bundle", "entry": [{"request": {"method": method, "url": url}}]}


@pytest.mark.parametrize(
    "line",
    ["junk", {"resourceType": "Bundle"}, entry("PUT", "Observation/o-p1-1"), entry("DELETE", "https://evil.example")],
)
def test_51_a_list_of_what_was_deleted_that_cannot_be_read_removes_nobody(ward, reader, line):
    reader.run()
    before, marks = reader.facts(), reader.marks()
    later(ward)
    ward.delete("Observation/o-p1-1")
    odd = ndjson([line.encode() if isinstance(line, str) else json.dumps(line).encode()])
    ward.twist = lambda asked, reply: odd if "/file/" in asked.target and b"DELETE" in reply.body else None
    pulled = reader.run()
    assert "Observation" in pulled.troubles and (reader.facts(), reader.marks()) == (before, marks)
    ward.twist = None
    assert reader.run().troubles == {} and "Observation/o-p1-1" not in reader.facts()


@pytest.mark.parametrize(
    ("time", "why"),
    [
        (None, "missing"),
        ("yesterday", "no instant"),
        ("2126-01-01T00:00:00Z", "future"),
    ],
)
def test_52_a_time_of_no_use_moves_no_watermark_and_never_is_our_own(ward, reader, twin, time, why):
    def other(said):
        rest = {name: value for name, value in said.items() if name != "transactionTime"}
        return rest if time is None else {**rest, "transactionTime": time}

    reader.run()
    before = reader.marks()
    later(ward, result(1, 0, 0.7))
    ward.manifest = other
    pulled = reader.run()
    assert pulled.troubles == {} and reader.facts() == twin() and reader.marks() == before
    assert any(why in one for one in pulled.notes)
    ward.manifest = lambda said: said
    later(ward, result(2, 0, 0.7))
    ward.scripted.asked.clear()
    assert reader.run().troubles == {} and reader.facts() == twin() and reader.marks() != before


def test_52_a_time_before_the_last_one_is_doubted(ward, reader, twin):
    reader.run()
    before = reader.marks()
    later(ward, result(1, 0, 0.7))
    ward.manifest = lambda said: {**said, "transactionTime": instant(ward.now - timedelta(days=1))}
    pulled = reader.run()
    assert "Observation" in pulled.troubles and reader.marks() == before
    ward.manifest = lambda said: said
    assert reader.run().troubles == {} and reader.facts() == twin()


def test_54_an_export_that_is_whole_and_empty_is_not_believed(ward, reader, twin):
    ward.put(*person(4), *person(5), *person(6))
    reader.run()
    before, marks = reader.facts(), reader.marks()
    ward.tick(days=8)
    ward.manifest = lambda said: {**said, "output": []}
    ward.searches = False
    pulled = reader.run()
    assert "gone at once" in str(pulled.troubles["Patient"]) and len(pulled.population) == 6
    assert (reader.facts(), reader.marks()["Observation"]) == (before, marks["Observation"])
    ward.manifest = lambda said: said
    assert reader.run().troubles == {} and reader.facts() == before


def test_a_line_that_is_no_resource_may_be_anybodys(ward, reader, twin):
    def broken(asked, reply):
        if "/file/" in asked.target and b'"Observation"' in reply.body:
            return ndjson([b'{"resourceType": "Observ', *reply.body.splitlines()[1:]])
        return None

    ward.twist = broken
    pulled = reader.run()
    assert "no resource" in str(pulled.troubles["Observation"]) and reader.marks()["Observation"] is None
    assert reader.tally.as_dict()["resources"]["Observation"]["ignored"]["no resource"] > 0
    ward.twist = None
    assert reader.run().troubles == {} and reader.facts() == twin()


def test_an_error_of_one_type_leaves_the_others_their_way(ward, reader, twin):
    ward.twist = lambda asked, reply: (
        Reply(500) if "/file/" in asked.target and b'"Observation"' in reply.body else None
    )
    assert set(reader.run().troubles) == {"Observation"} and reader.job() is not None
    marks = reader.marks()
    assert marks["Observation"] is None and marks["Patient"] and marks["Condition"]
    ward.twist = None
    ward.scripted.asked.clear()
    assert reader.run().troubles == {} and reader.facts() == twin() and ward.kick_offs == []
    assert len(files(ward)) == 5, "what was fetched is not fetched again"
