"""Fault 79: thousands of strings planted in every text of 200 patients reach no log, metric, mail, address or file.

Each patient has strings of their own. Who works with patients sees the record's words on their page; nobody else does.
"""

import json
import logging
import re
import tempfile
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest

from adapter.reception import ward_of
from adapter.settings import load
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.acceptance.command import run
from tests.fhir_server.records import patient, renamed
from tests.river.hospital import AS_OF, STUDY, River, ward
from tests.robustness.test_privacy import canary, planted, twisted
from tests.robustness.unfolded import dressed, unfolded
from tests.worklist.browser import Browser

FLAGGED, OTHERS = ("c01", "c13", "c14", "c30") * 3, ("c35",) * 188
FEW = 4  # records of each of the others: enough to be judged, at little cost
pytestmark = pytest.mark.slow
OWN = re.compile(r"Zk\d{3}王[\w-]+Qx")
# Raw, as JSON writes it, in an address, and as bytes of UTF-16: the first letters are there each time.
PLANTED = re.compile(r"Z\x00?k\x00?\d\x00?\d\x00?\d\x00?(王|\\u738b|%E7%8E%8B|\x8bs)", re.IGNORECASE)
LINK = re.compile(r"""(?:href|src|action)=["']([^"']*)["']""")
AT = "2026-03-16T08:00:00Z"


def own(resource, number):
    """Return a resource whose planted strings belong to one patient."""
    return json.loads(json.dumps(resource, ensure_ascii=False).replace(canary("")[:3], f"Zk{number:03}王"))


@cache
def crowd():
    """Return 200 patients with strings in every text, and for some of them results that nobody can read."""
    whole = []
    for number, name in enumerate(FLAGGED + OTHERS):
        records = [planted(one) for one in ward(name) if patient(one)][: None if number < len(FLAGGED) else FEW]
        odd = [planted(copy) for one in records for copy in twisted(one)] if number < len(FLAGGED) else []
        whole += renamed([own(one, number) for one in (*records, *odd)], f"-{number}")
    return whole


@dataclass
class Said:
    """What left in every other way than to those who work with patients."""

    texts: dict[str, str] = field(default_factory=dict)

    def add(self, where, text):
        self.texts[where] = self.texts.get(where, "") + text

    @property
    def leaks(self):
        return {where: found[0] for where, text in self.texts.items() if (found := PLANTED.search(unfolded(text)))}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """The hospital after two runs, one of them troubled, and all that was said meanwhile."""
    folder, temporary, said = tmp_path_factory.mktemp("crowd"), tmp_path_factory.mktemp("temporary"), Said()
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    with River(folder, crowd()).open() as river:
        ran = river.run("--json", "--summary")
        assert ran.code == 0, ran.err
        said.add("the log of a run", ran.err + ran.out)
        said.add("what the server was asked", "\n".join(river.asked))
        river.front = lambda visit, request: request.path == "Procedure" and visit.send_error(500, "no") is None
        ran = river.run()
        assert ran.code == 13
        said.add("the log of a troubled run", ran.err)
        said.add("a mail", "".join([*river.post.texts, *(str(one) for one in river.post.mails)]))
        exported = run("export", "--config", river.settings, "--out", folder / "out")
        assert exported.code == 0, exported.err
    tempfile.tempdir = before
    said.add("the log of the export", exported.err + exported.out)
    for file in [*(folder / "out").iterdir(), *(one for one in temporary.rglob("*") if one.is_file())]:
        said.add(file.name, file.read_bytes().decode("latin-1") + file.read_bytes().decode("utf-8", "replace"))
    return folder, said


@pytest.fixture
def served(crowded, screen):
    """The page of that hospital, with a user of each role."""
    made = ward_of(load(crowded[0] / "adapter.toml", {}), screen, lambda: {"status": "ok"}, lambda: date(2026, 3, 16))
    for role in Role:
        Users(made.database).add(role.value, role, STUDY, None, AT)
    yield create_app(made)
    made.database.close()


def test_the_canaries_are_really_there():
    assert len({*OWN.findall(json.dumps(crowd(), ensure_ascii=False))}) > 2000
    hidden = dressed("Zk017王nameQx")
    assert [dress for dress, text in hidden.items() if not PLANTED.search(unfolded(f"log: {text} end"))] == []
    assert PLANTED.search("Zk017王".encode("utf-16-le").decode("latin-1"))


def test_79_no_canary_leaves_a_run_or_an_export(crowded):
    assert crowded[1].leaks == {}
    assert {"a mail", "screening-log.csv", "variables.parquet"} <= {*crowded[1].texts}
    assert AS_OF in crowded[1].texts["the log of a run"]


def paths(text):
    return [
        link.replace("&amp;", "&") for link in LINK.findall(text) if link.startswith("/") and "/static/" not in link
    ]


def test_79_no_canary_stands_in_an_address_or_on_a_page_for_others(served):
    said, clinic = Said(), Browser(served, "investigator")
    seen = {link: clinic.get(link) for link in dict.fromkeys(paths(clinic.get("/worklist").text))}
    for answer in (clinic.get("/worklist"), *list(seen.values())[:12]):
        said.add("an address", "\n".join([*paths(answer.text), *map(str, answer.headers.values())]))
    for who in ("it", "monitor"):
        for link in ("/worklist", "/operation", *list(seen)[:12]):
            said.add(f"a page for {who}: {link}", Browser(served, who).get(link).text)
    for link in ("/metrics", "/healthz", "/readyz"):
        said.add(link, Browser(served).get(link).text)
    assert said.leaks == {}


def test_79_a_fault_of_ours_tells_nothing_of_what_it_held(served, caplog):
    held = "Zk001王nameQx\r\n2026 CRITICAL forged \x1b[2J\u2028"
    served.view_functions["people.worklist"] = _failing(served.view_functions["people.worklist"], held)
    with caplog.at_level(logging.DEBUG):
        answer = Browser(served, "investigator").get(f"/worklist?search={held}")
    assert answer.status_code == 500
    said = Said({"the log": caplog.text, "the error page": answer.text})
    assert said.leaks == {} and "forged" not in caplog.text and "\x1b" not in caplog.text
    assert "a page failed: ValueError at test_privacy.py:" in caplog.text


def _failing(view, held):
    def fail(**_):
        raise ValueError(held)

    fail.open_to = view.open_to
    return fail


def test_79_what_somebody_asks_for_is_not_logged(served, caplog):
    held = "Zk001王nameQx%0d%0aforged%1b"
    with caplog.at_level(logging.DEBUG):
        for path in (f"/{held}", f"/patient/{held}", f"/worklist?search={held}", f"/login?next=/{held}"):
            Browser(served, "investigator").get(path)
            Browser(served).get(path)
        Browser(served).post("/login", {"username": held, "password": held})
    assert PLANTED.search(unfolded(caplog.text)) is None and "forged" not in caplog.text
