"""One screening of the study's own cases, shared by the tests that look at it."""

import json

import pytest

from tests.acceptance.command import STUDY, run

SCREEN = ("--study", STUDY, "--source", STUDY / "cases", "--as-of", "2026-03-16")


@pytest.fixture(name="screened", scope="session")
def screened_fixture(tmp_path_factory):
    """Screen all cases into a file; give the raw bytes and what was said beside them."""
    out = tmp_path_factory.mktemp("screened") / "decisions.ndjson"
    ran = run("screen", *SCREEN, "--out", out)
    assert (ran.code, ran.out) == (0, ""), ran.err
    return out.read_bytes(), ran.err


@pytest.fixture(name="decisions", scope="session")
def decisions_fixture(screened):
    """The decisions, one for each line."""
    return [json.loads(line) for line in screened[0].splitlines()]


@pytest.fixture(name="resources", scope="session")
def resources_fixture():
    """Every resource of the cases by `Type/id`."""
    found = {}
    for file in sorted((STUDY / "cases").glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8"))["entry"]:
            resource = entry["resource"]
            found[f"{resource['resourceType']}/{resource['id']}"] = resource
    return found
