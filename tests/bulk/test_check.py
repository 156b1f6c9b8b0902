"""`check` says what the server announces of exports and what a run would ask for, and begins none."""

import json

import pytest

from adapter.cli import main
from tests.wire.scripted import Reply

SETTINGS = """
[fhir]
base_url = "{base}"
patience_s = 1
[study]
id = "telitacicept-belimumab"
[database]
url = "sqlite:///{folder}/adapter.db"
[population]
ways = ["export"]
[source]
kind = "export"
[source.export]
{export}
"""


@pytest.fixture
def checked(ward, tmp_path, capsys):
    def run(export):
        file = tmp_path / "adapter.toml"
        file.write_text(SETTINGS.format(base=ward.base, folder=tmp_path, export=export))
        code = main(["check", "--config", str(file), "--json"])
        findings = json.loads(capsys.readouterr().out)["findings"]
        assert ward.kick_offs == []
        return code, {one["about"]: one for one in findings}

    return run


@pytest.mark.parametrize(
    ("export", "path"),
    [
        ('level = "system"', "$export"),
        ('level = "patient"', "Patient/$export"),
        ('group = "Group/g"', "Group/g/$export"),
    ],
)
def test_what_a_run_would_ask_for_is_said_and_not_asked(checked, export, path):
    code, found = checked(export)
    assert code == 0 and found["export"]["says"].startswith("announced at level")
    said = found["export asked"]["says"]
    assert said.startswith(f"GET {path} with _type=") and "Observation" in said
    assert ("Medication," in said) is (path == "$export")
    assert found["later exports"]["says"] == "ask for what changed; who is new is searched for"


def test_a_level_that_is_not_announced_is_said_with_those_that_are(checked, ward):
    said = ward.statement()
    said["rest"][0]["operation"] = []
    ward.statement = lambda: said
    code, found = checked('level = "system"')
    assert code == 0 and "does not announce exports at level system" in found["export"]["says"]
    assert "level group and patient" in found["export"]["to_do"]


def test_a_group_that_is_not_there_is_12_and_one_that_is_not_named_10(checked, ward):
    assert checked('group = "Group/g"')[1]["group"]["counts"] == {"patients": 2}
    ward.twist = lambda asked, reply: Reply(404) if asked.target.endswith("Group/g") else None
    code, found = checked('group = "Group/g"')
    assert code == 12 and "has no Group/g" in found["group"]["says"]
    assert found["later exports"]["says"].startswith("are full ones")
    code, found = checked('level = "group"')
    assert code == 10 and "[source.export] group: is missing" in found["export"]["says"]


def test_without_searches_later_exports_are_full_ones(checked, ward):
    ward.searches = False
    assert checked('level = "system"')[1]["later exports"]["says"].startswith("are full ones")
