"""A real server's exports give what its searches give: the same chart, and the same decisions on it."""

import json

import pytest

from tests.fhir_server.records import lupus
from tests.river.on_server import OnHapi

GROUP = "Group/screened"
MEMBERS = 5
# An export of everybody is looked through as a scan is: it finds by a diagnosis that stands as a text alone, too.
SEARCHED = {"group": f'ways = ["group"]\ngroup = "{GROUP}"'}
SCANNED = 'ways = ["scan"]'
EXPORTED = """ways = ["export"]
[source]
kind = "export"
[source.export]
level = "{level}"
{group}
wait_minutes = 10
"""


def dry(folder, server, population):
    """Run once, keep what was pulled, and say what was held, decided and asked."""
    folder.mkdir()
    river = OnHapi(folder, server)
    river.population = population
    ran = river.run("--dry-run", "--json")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    return (river.chart(), said["decisions"], said["criteria"]), river.asked


@pytest.mark.parametrize(
    "level",
    ["group", pytest.param("system", marks=pytest.mark.long), pytest.param("patient", marks=pytest.mark.long)],
)
def test_an_export_gives_the_chart_and_the_decisions_that_searches_give(hospital, tmp_path, level):
    members = [{"entity": {"reference": one}} for one in sorted(lupus())[:MEMBERS]]
    group = {"resourceType": "Group", "id": "screened", "type": "person", "actual": True, "member": members}
    assert hospital.client.put([group]) == {}
    searched, _ = dry(tmp_path / "searched", hospital.server, SEARCHED.get(level, SCANNED))
    named = f'group = "{GROUP}"' if level == "group" else ""
    exported, asked = dry(tmp_path / "exported", hospital.server, EXPORTED.format(level=level, group=named))
    assert exported == searched
    assert len([line for line in asked if "$export?" in line]) == 1
