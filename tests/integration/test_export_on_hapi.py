"""A real server's exports give what its searches give: the same chart, and the same decisions on it."""

import json
import time

import pytest

from tests.river.on_server import OnHapi

POLLS = 90
GROUP = "Group/screened"
SETTINGS = """ways = ["export"]
[source]
kind = "export"
[source.export]
level = "{level}"
{group}
wait_minutes = 0
"""


class Exporting(OnHapi):
    """A hospital whose runs never wait: one after the other goes on with the same job, as after a crash."""

    def __init__(self, folder, server, level):
        super().__init__(folder, server)
        self.population = SETTINGS.format(level=level, group=f'group = "{GROUP}"' if level == "group" else "")
        self.runs, self.log = 0, []

    def run(self, *options, post=True):
        """Run the adapter once; the server writes its statement anew each minute, which may take long."""
        self.client.ask("GET", "metadata").raise_for_status()
        return super().run(*options, post=post)

    def through(self, *options):
        """Run until the export is there, and return the last run."""
        self.runs, self.log = 0, []
        for _ in range(POLLS):
            ran = self.run("--dry-run", "--json", *options)
            self.runs, self.log = self.runs + 1, self.log + self.asked
            if "still running" not in ran.err:
                return ran
            assert ran.code == 13
            time.sleep(1)
        raise AssertionError("the export did not come to its end")


def asked(river, words):
    return [line for line in river.log if words in line]


@pytest.fixture(scope="module")
def by_search(loaded, tmp_path_factory):
    """The chart and the report of a run by searches over the hospital as it is."""
    river = OnHapi(tmp_path_factory.mktemp("searched"), loaded.server)
    ran = river.run("--dry-run", "--json")
    assert ran.code == 0, ran.err
    return river.chart(), json.loads(ran.out)


@pytest.mark.parametrize("level", ["system", "patient", "group"])
def test_exports_give_the_chart_and_the_decisions_that_searches_give(hospital, by_search, tmp_path, level):
    wanted, report = by_search
    members = [
        {"entity": {"reference": one}} for one in sorted({kept.patient for kept in wanted.values() if kept.patient})
    ]
    group = {
        "resourceType": "Group",
        "id": GROUP.partition("/")[2],
        "type": "person",
        "actual": True,
        "member": members,
    }
    assert hospital.client.put([group]) == {}
    river = Exporting(tmp_path, hospital.server, level)
    ran = river.through()
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert (said["decisions"], said["criteria"]) == (report["decisions"], report["criteria"])
    assert river.chart() == wanted and len(asked(river, "$export?")) == 1 < river.runs
