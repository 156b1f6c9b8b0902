"""What a source lost may belong to anybody: the types are named, and nobody is decided on them."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapter import cli, errors, pipeline
from adapter.sources.folder import FolderSource
from tests.robustness.ward import AS_OF, CASES, STUDY, patient, resources, screen

SEED = 11
CUTS = 20
KINDS = ("candidate", "potential", "open", "ineligible")
SOME = [case for kind in KINDS for case in [case for case in CASES if f"-{kind}-" in case.stem][:3]]
TYPES = ("Observation", "Condition", "MedicationStatement", "Patient", "QuestionnaireResponse")


@pytest.fixture
def files(tmp_path):
    """Write the cases as a bulk export does, a zipped file for each type; give the folder."""
    by_type: dict[str, list[str]] = {}
    for case in SOME:
        for resource in resources(case):
            by_type.setdefault(resource["resourceType"], []).append(json.dumps(resource, ensure_ascii=False))
    for kind, lines in by_type.items():
        (tmp_path / f"{kind}.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    return tmp_path


def judged(folder: Path) -> list[dict[str, Any]]:
    """Return the decisions that `screen` would write."""
    cohort = pipeline.read(FolderSource(folder), screen())
    return [json.loads(line.text) for line in pipeline.lines(cohort.records, screen(), AS_OF)]


def evidence(criteria: list[dict[str, Any]]) -> Iterator[str]:
    for criterion in criteria:
        yield from (piece["resource"].split("/")[0] for piece in criterion["evidence"])
        yield from evidence(criterion.get("parts", []))


def assert_nobody_is_decided_on(kind: str, decisions: list[dict[str, Any]]) -> None:
    for decision in decisions:
        assert decision["decision"] == "open"
        assert kind in decision["incomplete"]
        assert not set(evidence(decision["criteria"])) & set(decision["incomplete"]) - {"Patient"}


def test_the_whole_files_make_every_kind_of_decision(files):
    decisions = judged(files)
    assert {decision["decision"] for decision in decisions} >= {"candidate", "potential-candidate", "ineligible"}
    assert not any("incomplete" in decision for decision in decisions)
    assert {"Observation", "Condition", "MedicationStatement"} <= {
        kind for decision in decisions for kind in evidence(decision["criteria"])
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
def test_a_zipped_file_that_was_cut_anywhere(kind, files):
    """Fault 15, in a folder of files."""
    file = files / f"{kind}.ndjson.gz"
    whole = file.read_bytes()
    ends = [1, 2, 9, 10, 11, len(whole) - 8, len(whole) - 1, *Random(SEED).sample(range(12, len(whole) - 8), CUTS - 7)]
    for end in ends:
        file.write_bytes(whole[:end])
        source = FolderSource(files)
        cohort = pipeline.read(source, screen())
        assert source.incomplete in {(kind,), ("*",)}, end
        assert cohort.incomplete == source.incomplete, end
        lines = pipeline.lines(cohort.records[:4], screen(), AS_OF)
        assert_nobody_is_decided_on(kind, [json.loads(line.text) for line in lines])


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("left", ["half of it", "nothing like it"])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_line_that_was_damaged(kind, left, place, files):
    file = files / f"{kind}.ndjson.gz"
    lines = gzip.decompress(file.read_bytes()).splitlines()
    number = {"first": 0, "middle": len(lines) // 2, "last": len(lines) - 1}[place]
    lines[number] = lines[number][: len(lines[number]) // 2] if left == "half of it" else b"%PDF-1.4"
    file.write_bytes(gzip.compress(b"\n".join(lines)))
    decisions = judged(files)
    assert_nobody_is_decided_on(kind, decisions)
    assert all(decision["incomplete"] == [kind] for decision in decisions)


def test_a_file_of_which_nothing_can_be_read_makes_everything_incomplete(files):
    (files / "Observation.ndjson.gz").write_bytes(gzip.compress(b"<html>Service Unavailable</html>\n" * 3))
    for decision in judged(files):
        assert decision["decision"] == "open"
        assert {"Observation", "Condition", "Procedure"} <= set(decision["incomplete"])


@pytest.mark.slow
def test_a_bundle_that_was_cut_anywhere(tmp_path):
    (tmp_path / "whole.json").write_bytes(SOME[0].read_bytes())
    raw = SOME[1].read_bytes()
    for end in Random(SEED).sample(range(1, len(raw) - 5), CUTS):
        (tmp_path / "cut.json").write_bytes(raw[:end])
        assert_nobody_is_decided_on("Observation", judged(tmp_path))


@pytest.mark.parametrize("odd", ["王小明", "a name", "", "x" * 100_000])
def test_what_is_no_name_of_a_type_is_not_told_as_one(odd, files, capsys):
    lines = [json.dumps({"resourceType": odd, "id": "1"}), '{"resourceType":"Obs']
    (files / "odd.ndjson").write_text("\n".join(lines), encoding="utf-8")
    words = ["screen", "--source", str(files), "--study", STUDY, "--as-of", str(AS_OF), "--patients", patient(SOME[0])]
    assert cli.main(words) == errors.PARTIAL
    said = capsys.readouterr()
    assert not odd or odd not in said.out + said.err
    assert "Condition" in json.loads(said.out)["incomplete"]
