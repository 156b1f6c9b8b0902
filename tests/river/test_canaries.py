"""Twenty strings planted in names, addresses and notes are told to nobody: in no mail, no log, no address."""

import json

from tests.acceptance.command import run
from tests.river.hospital import AS_OF, READER, River, ward
from tests.robustness.test_privacy import CANARIES, OF_A_PERSON, canary, planted, twisted
from tests.robustness.unfolded import unfolded


def spoiled():
    """Return a ward with canaries everywhere, and copies of its results that nobody can read."""
    odd = [planted(copy) for one in ward("c18", "c30") for copy in twisted(planted(one))]
    return [*map(planted, ward("c01", "c14", "c18", "c30")), *odd]


def test_the_canaries_are_really_there():
    text = json.dumps(spoiled(), ensure_ascii=False)
    assert len([one for one in CANARIES if one in text]) >= 20


def test_no_canary_leaves(tmp_path):
    with River(tmp_path, spoiled()).open() as river:
        river.population = f'ways = ["patients"]\npatients_file = "{tmp_path}/roster"'
        (tmp_path / "roster").write_text("c01\nc14\nc18\nc30\n")
        said = []
        for options in (("--json",), ("--json", "--full")):
            ran = river.run(*options)
            assert ran.code == 0, ran.err
            said += [ran.err, *river.asked]
        said.append(ran.out)
        looked = run("screen", "--source", river.base, "--config", river.settings, "--as-of", AS_OF)
        recalled = run("explain", "c01", "--config", river.settings, "--json")
        assert (looked.code, recalled.code) == (0, 0)
        said += [looked.err, recalled.err, *river.asked]
        river.change("Patient/c01", birthDate="2015-01-01")
        river.front = lambda visit, request: request.path == "Procedure" and visit.send_error(500, "no") is None
        ran = river.run()
        assert ran.code == 13
        said += [ran.err, *river.asked]
    assert len(river.post.mails) >= 1 and river.decisions()["Patient/c01"]["as_of"] == AS_OF
    said += [*river.post.texts, *(str(mail) for mail in river.post.mails)]
    assert READER in "".join(said)
    all_said = unfolded("\n".join(said))
    assert [one for one in CANARIES if one in all_said] == []
    written = json.dumps(river.sandbox.store.all("ResearchSubject"), ensure_ascii=False, default=str)
    assert [one for one in map(canary, OF_A_PERSON) if one in unfolded(written)] == []
