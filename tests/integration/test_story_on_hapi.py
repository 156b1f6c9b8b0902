"""The story of one patient with a real FHIR server behind the page: what a person says there, the server holds."""

from datetime import date

import pytest

from adapter.reception import ward_of
from adapter.settings import load
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.browser.chromium import reader
from tests.browser.conftest import at, sign_in
from tests.browser.story import walk
from tests.river.hospital import AS_OF, STUDY
from tests.river.on_server import OnHapi
from tests.worklist.conftest import AT, password, screen

__all__ = ["password", "screen"]


@pytest.fixture
def river(hospital, tmp_path):
    return OnHapi(tmp_path, hospital.server)


def test_a_patient_examined_and_marked_on_the_page_is_in_screening_on_the_server(river, screen, password, chromium):
    ran = river.run()
    assert ran.code == 0, ran.err
    made = ward_of(load(river.settings, {}), screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
    Users(made.database).add("investigator", Role.INVESTIGATOR, STUDY, password, AT)
    with at(create_app(made)) as base, reader(chromium, base, "en") as page:
        sign_in(page, "investigator")
        seen = walk(page, scripts=True)
    made.database.close()
    assert (seen.before, seen.after) == ("open", "good")
    with river.journal() as journal:
        patient = journal.patient_of(STUDY, seen.number)
    (before,) = subjects(river, patient)
    assert before["status"] == "potential-candidate"
    assert river.run().code == 0
    (after,) = subjects(river, patient)
    assert (after["id"], after["status"]) == (before["id"], "screening")
    assert river.run().code == 0 and subjects(river, patient) == [after]


def subjects(river, patient):
    """What the server holds of one patient in this study."""
    return [one for one in river.ours() if one["individual"]["reference"] == patient]
