"""Forms on the hospital's server: each once, whatever comes between, and no dead end where it takes none."""

import json

import pytest

from adapter.demo.exchange import Answer, outcome
from adapter.demo.hospital import SandboxHospital
from adapter.errors import AdapterError
from adapter.journal.audit.erasure import Eraser
from adapter.journal.clinic import answers
from adapter.journal.clinic.answers import IDENTIFIER, Form
from adapter.outputs.deliver import Count, deliver_pending
from adapter.outputs.forms import FormsOutput, valid
from adapter.settings import Settings
from adapter.wiring import needs_of
from adapter.worklist.show.sheet import response
from tests.unit.delivering import AT, NOW
from tests.unit.tempers import lose_the_answer

WHO = "Patient/p1"
KIND = "QuestionnaireResponse"


@pytest.fixture
def hospital():
    return SandboxHospital([{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2)])


def fill_in(desk, patient=WHO, study="s", **chosen):
    """Put a form on record; its identifier."""
    text = response(patient, "wang", AT, {"sledai.rash": "present", **chosen})
    with desk.journal.transaction() as work:
        answers.add(work, study, Form(0, patient, "wang", AT, AT, text), tell_server=True)
    return json.loads(text)["identifier"]["value"]


def deliver(desk):
    return deliver_pending(desk.journal, [FormsOutput(desk.client, desk.journal, "s")], NOW)


def there(hospital):
    return sorted(one["identifier"]["value"] for one in hospital.store.all(KIND))


def answering(status, *methods):
    def before(visit, request):
        if request.method in methods and request.path.startswith(KIND) and "_search" not in request.path:
            visit.send(Answer(status))
            return True
        return False

    return before


def test_a_form_is_written_as_it_was_filled_in_and_once(desk, hospital):
    value = fill_in(desk)
    assert deliver(desk).counts["forms"] == Count(done=1)
    (kept,) = hospital.store.all(KIND)
    assert (kept["identifier"], kept["subject"], kept["author"], kept["status"]) == (
        {"system": IDENTIFIER, "value": value}, {"reference": WHO}, {"display": "wang"}, "completed"
    )  # fmt: skip
    assert [item["linkId"] for item in kept["item"]] == ["sledai.rash"]
    assert deliver(desk).counts["forms"] == Count()


def test_to_create_forms_is_asked_for_where_they_are_to_be_written_and_else_not():
    for on, rights in ((True, "crs"), (False, "rs")):
        settings = Settings.model_validate({"outputs": {"forms": {"enabled": on}}})
        assert {need.kind: need.rights for need in needs_of(settings)}[KIND] == rights


def test_two_forms_alike_are_two_and_another_study_s_is_left_to_it(desk, hospital):
    values = [fill_in(desk), fill_in(desk)]
    fill_in(desk, study="another")
    assert deliver(desk).counts["forms"] == Count(done=2, pending=1)
    assert there(hospital) == sorted(values)


@pytest.mark.parametrize("heeds", [True, False])
def test_18_a_form_whose_answer_was_lost_is_found_again(desk, hospital, front, heeds):
    value = fill_in(desk)
    front.before = lose_the_answer(hospital, "POST")
    assert deliver(desk).counts["forms"] == Count(pending=1)
    if not heeds:  # the next create would make a second one: the server knows no condition
        front.before = answering(500, "POST")
    assert deliver(desk).counts["forms"] == Count(done=1)
    assert there(hospital) == [value]


def test_a_server_that_cannot_search_by_identifier_has_to_heed_the_condition(desk, hospital, front):
    value = fill_in(desk)
    front.before = answering(400, "GET")
    deliver(desk)
    with desk.journal._database.writing() as connection:
        connection.exec_driver_sql("UPDATE journal_delivery SET state = 'pending'")
    assert deliver(desk).counts["forms"] == Count(done=1)
    assert there(hospital) == [value]


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
def test_a_server_that_takes_no_form_is_asked_once_a_run_until_it_takes_them(desk, hospital, front, status):
    values = [fill_in(desk), fill_in(desk, patient="Patient/p2")]
    front.before = answering(status, "POST")
    for _ in range(2):
        hospital.asked.clear()
        told = deliver(desk)
        assert told.counts["forms"] == Count(pending=2, stuck=2) and f"({status})" in told.trouble[0]
    front.before = lambda visit, request: False
    assert deliver(desk).counts["forms"] == Count(done=2)
    assert there(hospital) == sorted(values)


def test_a_form_that_the_server_refuses_fails_for_good_and_keeps_no_other_back(desk, hospital, front):
    refused, taken = fill_in(desk), fill_in(desk, patient="Patient/p2")

    def before(visit, request):
        odd = request.method == "POST" and refused.encode() in (request.body or b"")
        return odd and (visit.send(Answer(422, outcome("error", "invalid", "canary"))) or True)

    front.before = before
    told = deliver(desk)
    assert told.counts["forms"] == Count(done=1, dead=1) and told.failed_for_good
    assert "The server says error/invalid." in told.trouble[0] and "canary" not in told.trouble[0]
    assert there(hospital) == [taken]
    front.before = lambda visit, request: False
    (dead,) = desk.journal.deliveries("forms", "dead")
    with desk.journal.transaction() as work:
        work.retry(dead.id, "it")
    assert deliver(desk).counts["forms"] == Count(done=1)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_server_that_is_not_ready_is_asked_again_later(desk, hospital, front, status):
    value = fill_in(desk)
    front.before = answering(status, "POST")
    assert deliver(desk).counts["forms"] == Count(pending=1)
    front.before = lambda visit, request: False
    deliver(desk)
    assert there(hospital) == [value]


def test_a_form_of_somebody_who_was_erased_meanwhile_is_not_sent(desk, hospital):
    fill_in(desk)
    with desk.journal.transaction() as work:
        Eraser(work, "it").erase(WHO)
    assert deliver(desk).counts["forms"] == Count(done=1)
    assert there(hospital) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"status": "done"}, "status"), ({"subject": {"reference": "Group/p1"}}, "subject"),
     ({"identifier": {}}, "identifier"),
     ({"authored": "yesterday"}, "authored"), ({"item": [{"text": "no linkId"}]}, "item")],
)  # fmt: skip
def test_what_is_no_valid_form_is_not_sent_and_no_value_is_named(wrong, named):
    form = {**json.loads(response(WHO, "wang", AT, {"sledai.rash": "present"})), **wrong}
    with pytest.raises(AdapterError, match=rf"no valid R4 \({named}"):
        valid(form)
