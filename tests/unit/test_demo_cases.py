"""The sandbox hospital's patients are the study's own cases."""

import pytest
import requests

from adapter.demo.hospital import SandboxHospital, read_cases
from adapter.errors import StudyError
from tests.fhir_server.records import CASES


def test_numbers_stay_as_they_were_written(tmp_path):
    entry = '{"resource": {"resourceType": "Observation", "id": "o", "valueQuantity": {"value": 0.50}}}'
    (tmp_path / "case.json").write_text(f'{{"resourceType": "Bundle", "entry": [{entry}]}}')
    with SandboxHospital(read_cases(tmp_path)).serve() as base:
        assert '"value":0.50' in requests.get(f"{base}/Observation/o", timeout=5).text


def test_the_study_has_cases():
    with SandboxHospital(read_cases(CASES)).serve() as base:
        assert requests.get(f"{base}/Patient?_summary=count", timeout=5).json()["total"] == len(
            list(CASES.glob("*.json"))
        )


def test_a_folder_without_cases_is_named(tmp_path):
    with pytest.raises(StudyError, match=str(tmp_path)):
        read_cases(tmp_path)


def test_a_case_that_is_no_bundle_is_named(tmp_path):
    (tmp_path / "01.json").write_text("[1]")
    with pytest.raises(StudyError, match=r"01\.json"):
        read_cases(tmp_path)
