"""What a person can get wrong gives one clear line, no traceback, and the documented exit code."""

import gzip
import json
import shutil

import pytest

from tests.acceptance.command import TOY, refused, run

CASES = TOY / "cases"
SCREEN = ("screen", "--study", TOY, "--as-of", "2026-03-16")


@pytest.fixture(name="export")
def export_fixture(tmp_path):
    """The toy cases as a hospital exports them: one file for each type."""
    lines: dict[str, list[str]] = {}
    for file in sorted(CASES.glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8"))["entry"]:
            resource = entry["resource"]
            lines.setdefault(resource["resourceType"], []).append(json.dumps(resource, ensure_ascii=False))
    folder = tmp_path / "export"
    folder.mkdir()
    for kind, found in lines.items():
        (folder / f"{kind}.ndjson").write_text("\n".join(found) + "\n", encoding="utf-8")
    return folder


def decided(ran) -> list[dict]:
    return [json.loads(line) for line in ran.out.splitlines()]


def answers(line: dict) -> dict[str, str]:
    return {entry["id"]: entry["because"] or entry["answer"] for entry in line["criteria"]}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (None, "there is no such folder"),
        ({}, "the folder is empty"),
        ({"report.pdf": "x", "a.json": '{"a": 1}'}, "no FHIR resource in 2 file(s) (a.json, report.pdf)"),
        ({"a.ndjson": "zzz\nzzz\n"}, "no FHIR resource in 1 file(s) (a.ndjson)"),
        ({"a.ndjson": '{"resourceType": "Observa\n'}, "no FHIR resource in 1 file(s) (a.ndjson)"),
    ],
)
def test_a_source_without_fhir_is_refused(tmp_path, files, said):
    folder = tmp_path / "source"
    if files is not None:
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    for command in (SCREEN, ("explain", "d1", *SCREEN[1:])):
        refused(run(*command, "--source", folder), 12, str(folder), said, "*.ndjson")


def test_a_whole_export_leaves_nobody_incomplete(export):
    ran = run(*SCREEN, "--source", export)
    assert ran.code == 0 and not any("incomplete" in line for line in decided(ran))
    assert ran.out == run(*SCREEN, "--source", CASES).out


def test_a_line_that_is_no_json_leaves_every_patient_open_for_the_types_of_its_file(export):
    with (export / "Observation.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"resourceType": "Observation", "id\n')
    ran = run(*SCREEN, "--source", export)
    assert ran.code == 13 and "Traceback" not in ran.err
    assert "nobody is decided on Observation. Mend Observation.ndjson." in ran.err
    for line in decided(ran):
        assert (line["decision"], line["incomplete"]) == ("open", ["Observation"])
        assert answers(line)["I2"] == "source_incomplete" != answers(line)["I1"]
        assert list(line)[3:5] == ["decision", "incomplete"]


def test_a_file_cut_short_leaves_every_patient_open_for_the_types_it_holds(export):
    plain = export / "Observation.ndjson"
    many = plain.read_bytes() + b"".join(
        json.dumps({"resourceType": "Observation", "id": f"x{n}", "note": [{"text": f"{n * 7919:x}"}]}).encode() + b"\n"
        for n in range(20_000)
    )
    plain.unlink()
    whole = gzip.compress(many)
    (export / "o.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    ran = run(*SCREEN, "--source", export)
    assert ran.code == 13 and "1 quarantined (ended-early)" in ran.err and "Mend o.ndjson.gz." in ran.err
    assert {tuple(line["incomplete"]) for line in decided(ran)} == {("Observation",)}
    assert {(line["decision"], answers(line)["I2"]) for line in decided(ran)} == {("open", "source_incomplete")}


def test_a_file_of_which_nothing_could_be_read_may_hold_every_type(export):
    (export / "m.ndjson.gz").write_bytes(gzip.compress(b"{}")[:12])
    ran = run(*SCREEN, "--source", export)
    assert ran.code == 13
    for line in decided(ran):
        assert {"Observation", "MedicationStatement", "Patient"} <= set(line["incomplete"])
        assert set(answers(line).values()) == {"source_incomplete"} and line["decision"] == "open"


def test_explain_says_that_the_source_was_read_in_part(export):
    with (export / "Observation.ndjson").open("a", encoding="utf-8") as file:
        file.write("zzz\n")
    ran = run("explain", "d1", *SCREEN[1:], "--source", export)
    assert ran.code == 13 and "The data may be incomplete (Observation)" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scren"], "invalid choice: 'scren'"),
        (["rnu"], 'Did you mean "run"?'),
        (["run", "--dryrun"], 'Did you mean "--dry-run"? See trial-adapter run --help.'),
        ([], "required: COMMAND"),
        ([*SCREEN], "--source is missing"),
        (["explain", "d1", "--study", TOY, "--set", "hba1c_days=91"], "--set changes nothing about what was decided"),
        ([*SCREEN, "--source", "http://hospital.example/fhir"], "--source: plain http is for this machine alone"),
        ([*SCREEN, "--source", "https://me:secret@hospital.example/fhir"], "--source: a host that is more than name"),
        ([*SCREEN, "--source", "https://hospital.example/fhir?x=1"], "--source: an address without a query"),
        (["screen", "--source", CASES], "--study is missing"),
        ([*SCREEN, "--source", CASES, "--as-of", "2026-13-01"], '"2026-13-01" is no date'),
        ([*SCREEN, "--source", CASES, "--as-of", "20260301"], "write YYYY-MM-DD"),
        ([*SCREEN, "--source", CASES, "--as-of", "0001-01-01"], "is no date from 1900"),
        ([*SCREEN, "--source", CASES, "--workers", "0"], '"0" is no number from 1 to 256'),
        ([*SCREEN, "--source", CASES, "--workers", "two"], '"two" is no number'),
        ([*SCREEN, "--source", CASES, "--colour"], "unrecognized arguments: --colour"),
        ([*SCREEN, "--source", CASES, "--lang", "de"], "invalid choice: 'de'"),
        ([*SCREEN, "--source", CASES, "--patients", ","], "--patients names nobody"),
        ([*SCREEN, "--source", CASES, "--out", CASES / "no" / "x"], "there is no folder"),
        ([*SCREEN, "--source", CASES, "--out", CASES], "cannot be written"),
    ],
)
def test_a_command_line_that_says_nothing_clear_is_usage(words, said):
    refused(run(*words), 2, said)


def test_a_patient_who_is_not_there_is_named():
    refused(
        run(*SCREEN, "--source", CASES, "--patients", "d1,nobody"), 12, "not judged: Patient/nobody (not in the source)"
    )
    refused(
        run("explain", "nobody", *SCREEN[1:], "--source", CASES), 12, "not judged: Patient/nobody (not in the source)"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[study]\nidd = "x"\n', 'study.idd: no such setting. Did you mean "study.id"?'),
        ('[studdy]\nid = "x"\n', 'studdy: no such setting. Did you mean "study"?'),
        ("[study\n", "not a TOML file"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_wrong_settings_are_named_by_file_and_key(tmp_path, text, said):
    file = tmp_path / "adapter.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    refused(run(*SCREEN, "--source", CASES, "--config", file), 10, f"{file}", said)


def test_a_hospital_that_does_not_exist_is_named():
    said = 'no hospital "exampel": neither a path nor one of example. Did you mean "example"?'
    refused(run(*SCREEN, "--source", CASES, "--hospital", "exampel"), 11, said)


def test_a_hospital_folder_without_codes_is_refused(tmp_path):
    refused(run(*SCREEN, "--source", CASES, "--hospital", tmp_path), 11, "holds neither codes.csv nor systems.csv")


def test_a_local_code_of_an_unknown_concept_is_named_by_file_and_line(tmp_path):
    codes = tmp_path / "codes.csv"
    codes.write_text("system,code,text,concept,unit,value\nx,1,,hba1c,%,\nx,2,,hba1d,,\n", encoding="utf-8")
    said = f'{codes}, line 3: no concept "hba1d". Did you mean "hba1c"?'
    refused(run(*SCREEN, "--source", CASES, "--hospital", tmp_path), 11, said)


def test_a_local_code_gives_a_result_its_concept_and_its_unit(tmp_path):
    source, site = shutil.copytree(CASES, tmp_path / "source"), tmp_path / "site"
    site.mkdir()
    (site / "codes.csv").write_text(
        "system,code,text,concept,unit,value\n,,糖化血红蛋白A1c,hba1c,%,\n", encoding="utf-8"
    )
    case = source / "4-open-nothing-but-the-diagnosis.json"
    bundle = json.loads(case.read_text(encoding="utf-8"))
    result = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "糖化血红蛋白A1c"}}
    result |= {
        "subject": {"reference": "Patient/d4"},
        "effectiveDateTime": "2026-03-02",
        "valueQuantity": {"value": 7.4},
    }
    bundle["entry"].append({"resource": result})
    case.write_text(json.dumps(bundle), encoding="utf-8")
    for more, answer in (((), "no_result"), (("--hospital", site), "met")):
        line = decided(run(*SCREEN, "--source", source, "--patients", "d4", *more))[0]
        assert answers(line)["I2"] == answer
