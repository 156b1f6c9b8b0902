"""The same patients in other bytes, files and orders get the same decisions; old versions never count."""

from pathlib import Path
from random import Random

import pytest

from adapter import cli, errors
from tests.robustness.rewriting import WAYS, read_all, rewrite, with_repeats
from tests.robustness.ward import AS_OF, CASES, STUDY, SYNTHEA, SYNTHEA_AS_OF

SEED = 7
FOLDERS = {"cases": (CASES[0].parent, AS_OF), "synthea": (SYNTHEA, SYNTHEA_AS_OF)}
HIV = {"system": "http://snomed.info/sct", "code": "86406008"}
DIABETES = {"system": "http://snomed.info/sct", "code": "73211009"}


def screened(source: Path, out: Path, as_of: object, *more: str) -> bytes:
    words = ["screen", "--source", source, "--study", STUDY, "--as-of", as_of, "--out", out, *more]
    assert cli.main([str(word) for word in words]) == errors.FINE
    return out.read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return the decisions on the files as they are."""
    made: dict[str, bytes] = {}

    def decisions(name: str) -> bytes:
        folder, as_of = FOLDERS[name]
        return made.get(name) or made.setdefault(
            name, screened(folder, tmp_path_factory.mktemp("plain") / "out", as_of)
        )

    return decisions


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "way"), [pytest.param(n, w, marks=pytest.mark.xdist_group(n)) for n in FOLDERS for w in WAYS]
)
def test_the_same_resources_in_other_bytes_get_the_same_decisions(name, way, plain, tmp_path):
    random = Random(f"{SEED}/{name}/{way}")
    folder, as_of = FOLDERS[name]
    (tmp_path / "in").mkdir()
    rewrite(with_repeats(read_all(folder), random), tmp_path / "in", way, random)
    workers = ("--workers", "2") if way == "zipped" else ()
    assert screened(tmp_path / "in", tmp_path / "out", as_of, *workers) == plain(name)


def condition(coding: dict[str, str], version: str, updated: str) -> dict[str, object]:
    meta = {"versionId": version, "lastUpdated": updated}
    about = {"subject": {"reference": "Patient/p1"}, "code": {"coding": [coding]}}
    return {"resourceType": "Condition", "id": "k1", "meta": meta, "onsetDateTime": "2020-01-01"} | about


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-05-01"}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("older", "newer"), [(HIV, DIABETES), (DIABETES, HIV)])
def test_a_diagnosis_that_was_corrected_is_gone_in_any_order(older, newer, turned, tmp_path):
    old = condition(older, "1", "2026-03-02T03:00:00+08:00")
    new = condition(newer, "2", "2026-03-01T20:00:00Z")  # an hour later, though earlier by the letter
    outs = {}
    for name, some in (("both", [old, new]), ("new", [new]), ("none", [])):
        (tmp_path / name).mkdir()
        rewrite([PATIENT, *(some[::-1] if turned else some)], tmp_path / name, "lines", Random(SEED))
        outs[name] = screened(tmp_path / name, tmp_path / f"{name}.out", AS_OF)
    assert outs["both"] == outs["new"]
    assert (outs["both"] != outs["none"]) is (newer is HIV)
