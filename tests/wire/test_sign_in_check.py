"""What `check` says of the sign-in, and the scopes that the settings come to."""

import json

import pytest

from adapter.check.sign_in import signed_in
from adapter.fhir.auth import Auth
from adapter.fhir.auth.keys import jwks, read_key
from adapter.fhir.auth.scopes import as_scope
from adapter.settings import load
from adapter.wiring import client_of, needs_of, on_server
from tests.wire.authority import Guarded
from tests.wire.scripted import page

READS = (
    "AllergyIntolerance Condition Medication MedicationAdministration MedicationDispense MedicationRequest "
    "MedicationStatement Observation Patient Procedure QuestionnaireResponse ResearchStudy ResearchSubject"
)


def found(client) -> tuple[dict[str, str], list[int], bool]:
    told, findings = signed_in(client), []
    while True:
        try:
            findings.append(next(told))
        except StopIteration as end:
            codes = [finding.exit_code for finding in findings if finding.exit_code]
            return {finding.about: str(finding) for finding in findings}, codes, end.value


def test_the_key_the_scopes_and_the_clock_are_told(server, authority, backend, keys):
    Guarded(server, authority, page(1))
    authority.ahead_s = 600
    told, codes, let_in = found(backend())
    assert (codes, let_in) == ([], True)
    assert told["sign-in"] == "fine  sign-in: let in for 300 seconds at a time"
    assert told["scopes asked"] == "fine  scopes asked: system/Observation.rs system/Patient.rs"
    assert told["scopes granted"] == "fine  scopes granted: system/Observation.rs system/Patient.rs"
    assert told["clock"].startswith("note  clock: differs from the token endpoint's by ")
    assert json.loads(told["key to register"].partition(": ")[2]) == json.loads(jwks(read_key(keys["ec"])))


def test_a_scope_that_was_not_granted_keeps_a_run_from_being_whole(server, authority, backend):
    Guarded(server, authority, page(1))
    authority.grants = lambda scope: "system/Patient.rs"
    told, codes, let_in = found(backend())
    assert (codes, let_in) == ([13], True)
    assert told["scopes granted"].startswith(
        "FAULT scopes granted: system/Patient.rs. Ask IT to grant system/Observation.rs"
    )


def test_a_server_that_names_no_scope_has_granted_what_was_asked(server, authority, backend):
    Guarded(server, authority, page(1))
    authority.grants = lambda scope: None
    told, codes, _ = found(backend())
    assert (codes, told["scopes granted"]) == ([], "fine  scopes granted: as asked: the answer names none")


def test_who_is_not_let_in_is_told_what_to_register(server, authority, backend):
    Guarded(server, authority, page(1))
    authority.registered = {"keys": authority.registered["keys"][1:]}
    told, codes, let_in = found(backend())
    assert (codes, let_in) == ([12], False)
    assert told["sign-in"].startswith("FAULT sign-in: ") and "invalid_client" in told["sign-in"]
    assert "ES384" in told["key to register"] and "system/Patient.rs" in told["scopes asked"]


@pytest.mark.parametrize(
    ("kind", "says"), [("none", "the server is asked without a sign-in"), ("basic", "each request carries the name")]
)
def test_where_there_are_no_tokens_it_is_said_how_the_server_is_asked(server, connect, kind, says):
    told, codes, let_in = found(connect(auth=Auth(kind, "a", "b")))
    assert (list(told), codes, let_in) == (["sign-in"], [], True)
    assert told["sign-in"].startswith("fine  ") and says in told["sign-in"]
    assert server.asked == []


@pytest.mark.parametrize(
    ("lines", "more", "less"),
    [
        ("", "", ""),
        ("[outputs.research_subject]\nenabled = true\n", "ResearchStudy.crs ResearchSubject.crus",
         "ResearchStudy ResearchSubject"),
        ('[outputs.research_subject]\nenabled = true\n[study]\nresearch_study = "ResearchStudy/1"\n',
         "ResearchSubject.crus", "ResearchSubject"),
        ('[population]\nways = ["group"]\ngroup = "List/x"\n', "List.r", ""),
        ('[population]\ngroup = "Group/x"\n', "", ""),
    ],
)  # fmt: skip
def test_s9_what_is_asked_is_what_the_run_will_do(tmp_path, lines, more, less):
    (tmp_path / "adapter.toml").write_text(lines)
    reads = {f"system/{kind}.rs" for kind in READS.split() if kind not in less.split()}
    asked = as_scope(needs_of(load(tmp_path / "adapter.toml", {})))
    assert asked == " ".join(sorted(reads | {f"system/{one}" for one in more.split()}))


def test_s9_and_the_client_of_a_run_asks_it(tmp_path, keys):
    (tmp_path / "adapter.toml").write_text(
        '[fhir]\nbase_url = "https://hospital.example/r4"\n[fhir.auth]\nkind = "smart_backend"\nclient_id = "me"\n'
        f'key_file = "{keys["ec"]}"\nkey_id = "2026-a"\ntoken_url = "https://login.example/token"\n'
    )
    place = load(tmp_path / "adapter.toml", {})
    with client_of(place) as client:
        assert (client.signing.needs, client.signing.key.id) == (needs_of(place), "2026-a")


def test_s10_a_server_that_is_named_elsewhere_sees_neither_sign_in_nor_certificate(tmp_path):
    (tmp_path / "adapter.toml").write_text(
        '[fhir]\nbase_url = "https://hospital.example/r4"\nclient_cert_file = "c"\nclient_key_file = "k"\n'
        '[fhir.auth]\nkind = "smart_backend"\nclient_id = "me"\nkey_file = "f"\n'
    )
    place = load(tmp_path / "adapter.toml", {})
    there = on_server(place, "https://other.example/r4").fhir
    assert (there.auth.kind, there.auth.key_file, there.client_cert_file, there.client_key_file) == (
        "none",
        None,
        None,
        None,
    )
    assert on_server(place, "https://hospital.example/other").fhir.client_cert_file == place.fhir.client_cert_file
