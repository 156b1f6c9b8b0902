"""Where the files of an export lie and what comes: no sign-in leaves its origin, nothing cut is taken for whole."""

import pytest

from adapter.fhir.auth import Auth
from tests.bulk.ward import ndjson
from tests.wire.scripted import Reply, Scripted


def files(ward):
    return ward.asked("/file/")


@pytest.fixture
def elsewhere():
    made = Scripted()
    yield made
    made.close()


def moved_to(ward, origin, *kinds):
    """The files of these types lie on another host."""

    def away(said):
        for one in said["output"]:
            if one["type"] in kinds:
                one["url"] = one["url"].replace(ward.base, origin + "/fhir")
        return said

    ward.manifest = away


@pytest.mark.parametrize("token", [True, False])
def test_6_a_file_on_another_host_is_not_asked_for_unless_the_settings_allow_it(ward, reader, elsewhere, token):
    reader.server, ward.token = {"auth": Auth("basic", username="u", password="p")}, token
    moved_to(ward, elsewhere.origin, "Observation")
    pulled = reader.run()
    assert elsewhere.asked == [] and "another server" in str(pulled.troubles["Observation"])
    assert (
        "Observation" not in {key.partition("/")[0] for key in reader.facts()} and reader.marks()["Observation"] is None
    )


@pytest.mark.parametrize("token", [True, False])
def test_6_where_they_allow_it_it_is_fetched_without_our_sign_in(ward, reader, twin, elsewhere, token):
    reader.server, ward.token = {"auth": Auth("basic", username="u", password="p")}, token
    moved_to(ward, elsewhere.origin, "Observation", "Condition")
    elsewhere.answer = ward.due
    assert reader.run(files_from=[elsewhere.origin]).troubles == {} and reader.facts() == twin()
    assert elsewhere.asked and not any("authorization" in one.headers for one in elsewhere.asked)


def test_4_a_file_that_moved_is_followed_without_our_sign_in(ward, reader, twin, elsewhere):
    """Fault 4: some servers answer with a redirect to a store that signs its addresses itself."""
    reader.server, ward.token = {"auth": Auth("basic", username="u", password="p")}, True
    elsewhere.answer = ward.due
    ward.twist = lambda asked, reply: (
        Reply(307, b"", {"Location": elsewhere.origin + asked.target}) if "/file/" in asked.target else None
    )
    assert reader.run(files_from=[elsewhere.origin]).troubles == {} and reader.facts() == twin()
    assert elsewhere.asked and not any("authorization" in one.headers for one in elsewhere.asked)
    assert all("authorization" in one.headers for one in files(ward))


def cut(reply, lines=1):
    """The same file with a line less, and nothing that says so."""
    return ndjson(reply.body.splitlines()[:-lines], framing="close")


def test_16_a_file_cut_at_the_end_of_a_line_is_fetched_again(ward, reader, twin):
    cuts = []

    def twice(asked, reply):
        if "/file/" in asked.target and asked.target not in cuts:
            cuts.append(asked.target)
            return cut(reply)
        return None

    ward.twist = twice
    assert reader.run().troubles == {} and reader.facts() == twin() and len(files(ward)) == 2 * len(cuts)


def test_16_where_nothing_tells_it_is_said_and_what_was_known_stays(ward, reader, twin):
    ward.counts = False
    assert reader.run().notes == []
    facts = reader.facts()
    ward.tick(days=8)
    ward.twist = lambda asked, reply: cut(reply) if "/file/" in asked.target and b"Observation" in reply.body else None
    pulled = reader.run()
    assert "_since" not in ward.kick_offs[-1].target
    assert reader.facts() == facts == twin() and any("cannot be held to a count" in one for one in pulled.notes)


@pytest.mark.parametrize("part", [1, 5, 9])
def test_15_a_packed_file_that_is_cut_anywhere_is_fetched_again(ward, reader, twin, part):
    """Fault 15: with no length to hold it to, only the end of the packing tells."""
    ward.counts, cuts = False, []

    def short(asked, reply):
        if "/file/" in asked.target and not cuts:
            cuts.append(asked.target)
            size = len(Reply(200, reply.body, zipped=True).sent()[1])
            return Reply(200, reply.body, zipped=True, framing="close", cut=size * part // 10)
        return None

    ward.twist = short
    assert (
        reader.run().troubles == {}
        and reader.facts() == twin()
        and len(files(ward)) > len({f.target for f in files(ward)})
    )
