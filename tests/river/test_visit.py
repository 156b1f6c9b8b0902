"""`screen` and `explain` on a server: the decisions of a folder with the same resources, and no trace of it."""

import base64
import json
import socket

import pytest

from adapter.demo.exchange import Answer
from tests.acceptance.command import refused, run
from tests.river.hospital import AS_OF, SOME, STUDY, content, screened, ward
from tests.river.test_troubles import linked, of_type, status

LOGIN = "Basic " + base64.b64encode(b"adapter:s3cret").decode()
SIGN_IN = '[fhir.auth]\nkind = "basic"\nusername = "adapter"\npassword_file = "{file}"\n'


def visit(river, *options, command="screen", config=None):
    """Run a command on the hospital's server, and hold it to leaving no trace."""
    settings = config or river.settings
    before = {file: file.read_bytes() for file in river.folder.rglob("*") if file.is_file()}
    river.sandbox.asked.clear()
    ran = run(*command.split(), "--source", river.base, "--config", settings, "--as-of", AS_OF, *options)
    assert {file: file.read_bytes() for file in river.folder.rglob("*") if file.is_file()} == before
    assert (river.writes, river.post.mails) == ([], [])
    return ran


def decided(ran):
    return {line["patient"]: content(line) for line in map(json.loads, ran.out.splitlines())}


@pytest.fixture
def wanted(river, tmp_path):
    return {who: content(line) for who, line in screened(tmp_path, river.resources).items()}


def test_the_population_is_judged_as_from_a_folder(river, wanted):
    ran = visit(river)
    assert ran.code == 0, ran.err
    assert decided(ran) == wanted and len(wanted) == len(SOME)
    assert [json.loads(line)["patient"] for line in ran.out.splitlines()] == sorted(wanted)
    assert f"{len(SOME)} patients judged" in ran.err and "Observation: " in ran.err
    assert visit(river, "--workers", 2).out == ran.out


def test_only_who_is_named_is_asked_about(river, wanted):
    ran = visit(river, "--patients", "c13,Patient/c30")
    assert ran.code == 0 and decided(ran) == {who: wanted[who] for who in ("Patient/c13", "Patient/c30")}
    assert not any(other in line for line in river.asked for other in ("c01", "c14", "c35", "Condition?code"))


def test_the_ways_of_the_settings_lead_to_the_population(river, wanted):
    (river.folder / "roster").write_text("c01\nc14\nc30\n")
    (river.folder / "out").write_text("Patient/c14\n")
    files = f'patients_file = "{river.folder}/roster"\nopted_out_file = "{river.folder}/out"'
    river.population = f'ways = ["patients"]\n{files}'
    ran = visit(river)
    assert ran.code == 0 and decided(ran) == {who: wanted[who] for who in ("Patient/c01", "Patient/c30")}
    assert not any("Patient/c14" in line for line in river.asked)


def test_a_server_that_gives_more_than_was_asked_for_adds_nobody(river, wanted):
    def front(answering, request):
        """Leave the parameters aside where one patient is asked for."""
        if request.path not in {"Patient", "Observation"} or not request.query:
            return False
        entries = [{"resource": one} for one in river.resources if one["resourceType"] == request.path]
        answering.send(Answer(200, {"resourceType": "Bundle", "type": "searchset", "entry": entries}))
        return True

    river.front = front
    ran = visit(river, "--patients", "c30")
    assert ran.code == 0 and decided(ran) == {"Patient/c30": wanted["Patient/c30"]}
    assert "ignored (of another patient)" in ran.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_patient_is_explained(river, tmp_path, language):
    note = visit(river, "--lang", language, command="explain c30")
    assert note.code == 0 and note.err == "" and note.out.startswith("Patient/c30 ")
    line = json.loads(visit(river, "--json", command="explain Patient/c30").out)
    assert content(line) == content(screened(tmp_path, ward("c30"))["Patient/c30"])


def test_a_patient_whom_the_server_does_not_have_is_named(river):
    for command, options in (("explain nobody", ()), ("screen", ("--patients", "c01,nobody"))):
        refused(visit(river, *options, command=command), 12, "not judged: Patient/nobody (not in the source)")


@pytest.mark.parametrize("named", [(), ("--patients", "c01")])
def test_a_server_that_is_down_or_refuses_all_is_12(river, named):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base, river.base = river.base, f"http://127.0.0.1:{nobody.getsockname()[1]}/fhir"
        refused(visit(river, *named), 12, river.base.split("/")[2])
    river.base, river.front = base, status(401)
    refused(visit(river, *named), 12, "sign-in")


@pytest.mark.parametrize("front", [status(403), linked("http://127.0.0.1:9")], ids=["refused", "linked elsewhere"])
def test_a_type_read_in_part_leaves_the_patients_open(river, front):
    river.front = of_type("Observation", front)
    ran = visit(river)
    assert ran.code == 13 and "nobody is decided on Observation. Observation: " in ran.err
    lines = decided(ran).values()
    assert len(lines) == len(SOME)
    assert {(line["decision"], *line["incomplete"]) for line in lines} == {("open", "Observation")}
    note = visit(river, command="explain c01")
    assert note.code == 13 and "The data may be incomplete (Observation)" in note.out


def test_a_population_that_is_listed_in_part_is_not_judged(river):
    river.front = lambda answering, request: "code" in dict(request.query) and status(403)(answering, request)
    ran = visit(river)
    assert (ran.code, ran.out) == (13, "") and "Condition" in ran.err


def test_patients_who_may_not_be_read_are_not_taken_for_absent(river):
    river.front = lambda answering, request: request.path == "Patient" and status(403)(answering, request)
    refused(visit(river, "--patients", "c01"), 12, "Patient/c01 (not in what could be read)")


def signing(river, base):
    """Return settings that sign in at `base`, and the list of what the hospital was shown."""
    (river.folder / "password").write_text("s3cret\n")
    text = river.settings.read_text(encoding="utf-8").replace(f'base_url = "{river.base}"', f'base_url = "{base}"')
    text = text.replace("[study]", SIGN_IN.format(file=river.folder / "password") + "[study]")
    (river.folder / "signing.toml").write_text(text, encoding="utf-8")
    shown = []
    river.front = lambda _, request: shown.append(request.headers.get("authorization"))
    return river.folder / "signing.toml", shown


@pytest.mark.parametrize("path", ["/fhir", "/other"])
def test_the_sign_in_goes_to_the_origin_of_the_settings(river, path):
    config, shown = signing(river, river.base.replace("/fhir", path))
    ran = visit(river, "--patients", "c30", config=config)
    assert ran.code == 0 and set(shown) == {LOGIN} and "sign-in" not in ran.err


@pytest.mark.parametrize(
    "base", ["https://hospital.example/fhir", "{host}{port}/fhir", "https://{rest}/x", "localhost"]
)
def test_the_sign_in_goes_to_no_other_origin(river, base):
    host = river.base.removesuffix("/fhir")
    address, _, port = host.rpartition(":")
    other = base.format(host=f"{address}:", port=int(port) ^ 1, rest=host.removeprefix("http://"))
    other = river.base.replace("127.0.0.1", "localhost") if base == "localhost" else other
    config, shown = signing(river, other)
    ran = visit(river, "--patients", "c30", config=config)
    assert ran.code == 0 and set(shown) == {None}
    assert ran.err.startswith("trial-adapter: --source is another server than [fhir] base_url")


def test_without_settings_the_shipped_ways_are_taken(river, wanted):
    ran = run("screen", "--study", STUDY, "--source", river.base, "--as-of", AS_OF)
    assert ran.code == 0 and decided(ran) == wanted
