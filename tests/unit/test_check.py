"""`check` says before the first run whether it would work, what to do where it would not, and nothing of a patient."""

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from adapter.cli import main
from adapter.demo.exchange import Answer, outcome, read_json
from adapter.demo.hospital import SandboxHospital

STUDY = "telitacicept-belimumab"
CASES = Path(__file__).resolve().parents[2] / "mappings" / "studies" / STUDY / "cases"
NAME, VALUE = "Canary-Zhang", "kanarie-0042"


@pytest.fixture(scope="module")
def resources():
    """The first cases: enough for ten patients, and few enough to be asked often."""
    files = sorted(CASES.glob("*.json"))[:16]
    return [entry["resource"] for file in files for entry in read_json(file.read_bytes())["entry"]]


@pytest.fixture
def checked(resources, tmp_path, capsys):
    """Give a function that checks a hospital and returns the exit code and the findings by what they are about."""

    def run(*more, front=None, base=None, settings="", extra=(), path="/fhir"):
        with SandboxHospital([*resources, *extra]).serve(front=front) as here:
            file, database = tmp_path / "adapter.toml", tmp_path / "adapter.db"
            text = (
                f'[fhir]\nbase_url = "{base or here.replace("/fhir", path)}"\npatience_s = 1\n[study]\nid = "{STUDY}"\n'
            )
            file.write_text(f'{text}[database]\nurl = "sqlite:///{database}"\n{settings}')
            code = main(["check", "--config", str(file), "--json", *more])
        told = json.loads(capsys.readouterr().out)
        assert told["exit_code"] == code
        return code, {one["about"]: one for one in told["findings"]}

    return run


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def refusing(status, *about):
    """Somebody in front of the hospital who refuses whatever is about these types."""

    def front(visit, request):
        if about and request.path.split("/")[0] not in about:
            return False
        visit.send(Answer(status, outcome("error", "forbidden", "no")))
        return True

    return front


def test_a_healthy_hospital_is_ready(checked):
    code, found = checked()
    assert code == 0
    assert not [one for one in found.values() if one["exit_code"]]
    assert "FHIR 4.0.1" in found["server"]["says"]
    assert found["population by conditions"]["counts"]["patients"] >= 10
    assert found["Observation"]["counts"]["resources"] > 100
    assert found["Observation"]["says"].endswith("several patients at once; _lastUpdated is heeded")
    assert found["drugs"]["counts"]["MedicationStatement"] > 0


def test_the_text_has_one_line_a_finding_and_a_last_word(resources, tmp_path, capsys):
    with SandboxHospital(resources).serve() as base:
        file = tmp_path / "adapter.toml"
        place = f'[fhir]\nbase_url = "{base}"\n[database]\nurl = "sqlite:///{tmp_path}/a.db"\n'
        file.write_text(f'{place}[study]\nid = "{STUDY}"\n')
        assert main(["check", "--config", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    findings = lines[: lines.index("")]
    assert len(findings) > 20 and all(line.startswith(("fine  ", "note  ")) for line in findings)
    assert "What the adapter does instead, of its own accord:" in lines
    assert lines[-1].startswith("ready: a run would work; `trial-adapter run --dry-run")


def test_each_way_to_the_population_is_tried(checked):
    code, found = checked(settings='[population]\nways = ["conditions", "scan", "group"]\ngroup = "Group/none"\n')
    assert (code, found["population by group"]["exit_code"]) == (12, 12)
    assert found["population by scan"]["counts"]["patients"] >= found["population by conditions"]["counts"]["patients"]


def test_an_unknown_setting_is_10(checked):
    code, found = checked(settings="[scheduel]\n")
    assert code == 10 and "no such setting" in found["settings"]["says"]


def test_a_source_that_a_run_cannot_read_is_10(checked):
    code, found = checked(settings='[source]\nkind = "folder"\n')
    assert code == 10 and found["server"]["says"].startswith('source.kind: "folder" is not possible with this version.')


def test_a_file_of_authorities_that_holds_none_is_10(checked, tmp_path):
    (tmp_path / "ca.pem").write_text("junk\n")
    code, found = checked(base=f'https://localhost:1/fhir"\nca_file = "{tmp_path}/ca.pem')
    assert code == 10 and "holds no certificate in PEM form" in found["server"]["says"]


def test_it_says_where_settings_come_from(checked, tmp_path):
    assert checked()[1]["settings"]["says"] == f"read from {tmp_path}/adapter.toml"


def test_without_a_settings_file_it_says_where_it_looked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIAL_ADAPTER_CONFIG", raising=False)
    assert main(["check"]) == 10
    said = f"study.id is not set by the environment (there is no config/adapter.toml in {tmp_path})"
    assert said in capsys.readouterr().out


def test_an_unknown_parameter_is_11(checked):
    code, found = checked("--set", "no_such=1")
    assert code == 11 and found["study"]["exit_code"] == 11


def test_a_database_that_cannot_be_opened_is_10_and_the_rest_is_tried(checked, tmp_path):
    (tmp_path / "adapter.db").write_text("no database" * 1000)
    code, found = checked()
    assert code == 10 and found["database"]["exit_code"] == 10
    assert found["Patient"]["exit_code"] == 0


def test_a_wrong_token_is_12(checked):
    code, found = checked(front=refusing(401))
    assert code == 12 and "[fhir.auth]" in found["population by conditions"]["says"]


def test_a_page_of_html_is_12(checked):
    def portal(visit, request):
        page = b"<html>Please sign in</html>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        visit.wfile.write(head.encode() + page)
        return True

    code, found = checked(front=portal)
    assert code == 12 and found["server"]["exit_code"] == 12


def test_nobody_at_the_address_is_12(checked):
    code, found = checked(base="http://127.0.0.1:9/fhir")
    assert code == 12 and list(found)[-1] == "server"


def test_a_type_that_is_refused_is_13(checked):
    code, found = checked(front=refusing(403, "MedicationStatement"))
    assert code == 13 and found["MedicationStatement"]["exit_code"] == 13
    assert found["Condition"]["exit_code"] == 0


def test_a_statement_that_is_refused_stops_nothing(checked):
    code, found = checked(front=refusing(403, "metadata"))
    assert code == 0 and found["server"]["to_do"]


def without(parameter, resources):
    """Somebody in front of the hospital who leaves one parameter aside."""
    plain = SandboxHospital(resources)

    def front(visit, request):
        left = tuple(pair for pair in request.form if pair[0] != parameter)
        ours = len(left) < len(request.form) or any(name == "_page" for name, _ in left)
        if not ours or plain.answer(request).status != 200:  # a page of the other's is the other's
            return False
        visit.send(plain.answer(replace(request, query=left, body=b"")))
        return True

    return front


def test_33_a_server_that_gives_the_records_of_others_is_said(checked, resources):
    code, found = checked(front=without("patient", resources))
    assert code == 0 and "are about others." in found["Observation"]["says"]
    assert found["Observation"]["instead"] and "Heed patient" in found["Observation"]["ask"]
    assert found["Observation"]["counts"]["of others"] > 5


def test_33_a_server_that_names_whom_nobody_asked_for_is_said(checked, resources):
    others = {"resourceType": "Condition", "id": "cold", "subject": {"reference": "Patient/nobody"},
              "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J00"}]}}  # fmt: skip
    code, found = checked(front=without("code", [*resources, others]))
    assert code == 0 and "does not heed code" in found["population by conditions"]["says"]
    assert found["population by conditions"]["ask"] == "Heed code in searches."


def test_32_resources_without_a_date_are_said(checked, resources):
    plain = SandboxHospital(resources)

    def undated(visit, request):
        if request.path != "Condition" or "_lastUpdated" in request.line():
            return False
        page = plain.answer(request).body
        for entry in page.get("entry", ()):
            entry["resource"] = {name: value for name, value in entry["resource"].items() if name != "meta"}
        visit.send(Answer(200, page))
        return True

    code, found = checked(front=undated)
    count = found["Condition"]["counts"]["without lastUpdated"]
    assert code == 0 and count == found["Condition"]["counts"]["resources"] > 0
    assert f"{count} resources carry no meta.lastUpdated" in found["Condition"]["says"]
    assert "reads this type whole" in found["Condition"]["to_do"]


def test_42_when_deletions_were_last_looked_for_is_said(checked):
    assert checked()[1]["deletions"]["says"] == "looked for in the first whole run"


def test_a_server_that_takes_one_patient_at_a_time_is_said(checked):
    def front(visit, request):
        several = any(name == "patient" and "," in value for name, value in (*request.query, *request.form))
        if several:
            visit.send(Answer(400, outcome("error", "invalid", "one patient")))
        return several

    code, found = checked(front=front)
    assert code == 0 and "patients one by one" in found["Observation"]["says"]


@pytest.mark.parametrize(
    ("status", "code", "says"), [(403, 13, "_lastUpdated fails"), (400, 0, "refused"), (None, 0, "not heeded")]
)
def test_a_server_that_knows_no_last_updated_is_said(checked, resources, status, code, says):
    plain = SandboxHospital(resources)

    def front(visit, request):
        if "_lastUpdated" not in request.line():
            return False
        left = tuple(pair for pair in request.form if pair[0] != "_lastUpdated")
        ignored = replace(request, query=left, body=b"")
        visit.send(Answer(status, outcome("error", "invalid", "no")) if status else plain.answer(ignored))
        return True

    got, found = checked(front=front)
    assert got == code and says in found["Condition"]["says"]


def test_a_local_code_is_counted_and_no_patient_shows(checked, capsys):
    about = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/c01"}}
    local = {"coding": [{"system": "urn:local", "code": "XY-1", "display": NAME}], "text": NAME}
    strange = {"coding": [{"system": "urn:local", "code": f"{NAME} 张"}]}
    codes = {"x1": local, "x2": {"text": NAME}, "x3": strange}
    code, found = checked(extra=[{**about, "id": key, "code": one, "valueString": VALUE} for key, one in codes.items()])
    assert code == 0
    assert found["codes"]["counts"]["Observation urn:local|XY-1"] == 1
    assert found["codes"]["counts"]["Observation with a text alone"] == 2
    said = json.dumps(found, ensure_ascii=False)
    assert not [word for word in (NAME, VALUE, "Patient/", "张") if word in said]


MAIL = """[outputs.email]
enabled = true
host = "127.0.0.1"
security = "none"
from = "a@example.org"
to = ["b@example.org"]
"""


def test_the_mail_server_is_greeted_and_gets_nothing(checked):
    class Refusing:
        async def handle_MAIL(self, *_):  # noqa: N802 - aiosmtpd's name
            raise AssertionError("nothing is to be sent")

    post = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    post.start()
    try:
        port = post.port
        code, found = checked(settings=f"{MAIL}port = {port}\n")
        assert code == 0 and "nothing was sent" in found["mail"]["says"]
        code, found = checked(settings=f"{MAIL}port = {port}\n".replace('"none"', '"starttls"'))
        assert code == 14 and "starttls" in found["mail"]["says"]
    finally:
        post.stop()


def test_a_mail_server_that_is_down_is_14(checked):
    code, found = checked(settings=f"{MAIL}port = 9\n")
    assert code == 14 and found["mail"]["to_do"]


def test_a_webhook_is_knocked_at_and_gets_nothing(checked, tmp_path):
    (tmp_path / "secret").write_text("a secret of the hospital")
    hook = f'[outputs.webhook]\nenabled = true\nsecret_file = "{tmp_path}/secret"\nurl = "http://127.0.0.1:{{port}}/"\n'
    with socket.create_server(("127.0.0.1", 0)) as door:
        code, found = checked(settings=hook.format(port=door.getsockname()[1]))
        assert code == 0 and "nothing was sent" in found["webhook"]["says"]
        with door.accept()[0] as line:
            assert line.recv(1) == b""
    assert checked(settings=hook.format(port=9))[0] == 14
