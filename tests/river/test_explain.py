"""What was decided is shown from the journal: as it was said then, and nothing is pulled, judged or written for it."""

import json
import re
from importlib.metadata import version

import pytest

from adapter.database import dialect, lock
from adapter.demo.exchange import Answer, outcome
from adapter.journal import Decided
from tests.acceptance.command import STUDY as SHIPPED
from tests.acceptance.command import changed, refused, run
from tests.fhir_server.records import patient
from tests.river.hospital import AS_OF, SOME, STUDY

LATER, BETWEEN = "2026-03-20", "2026-03-18"
VERSION = re.compile(r"/_history/[A-Za-z0-9.-]+")


def explain(river, who, *options):
    return run("explain", who, "--config", river.settings, *options)


def plain(note):
    """Return the words of a note without the versions of the resources, which move the ends of its lines."""
    return VERSION.sub("", note).split()


def judged_anew(river, folder, who, *options):
    """Return the note that `explain` writes from a folder with the same resources."""
    folder.mkdir(exist_ok=True)
    mine = [one for one in river.resources if patient(one) in {who, ""}]
    (folder / "all.ndjson").write_text("\n".join(json.dumps(one) for one in mine), encoding="utf-8")
    ran = run("explain", who, "--study", STUDY, "--source", folder, "--as-of", AS_OF, *options)
    assert ran.code == 0, ran.err
    return plain(ran.out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_note_is_that_of_the_day_with_who_decided_it_and_when(flowing, tmp_path, language):
    flowing.sandbox.asked.clear()
    for name in SOME:
        ran = explain(flowing, name, "--lang", language)
        assert (ran.code, ran.err) == (0, "")
        heading, note = ran.out.split("\n\n", 1)
        with flowing.journal() as journal:
            decided_by = journal.last_run(STUDY)
        for said in (AS_OF, STUDY, version("trial-adapter"), decided_by.study_hash, "+08:00"):
            assert said in heading
        assert plain(note) == judged_anew(flowing, tmp_path / name, f"Patient/{name}", "--lang", language)
    assert flowing.asked == [], "nothing is pulled"


@pytest.mark.parametrize("named", ["c01", "Patient/c01", "S-0001"])
def test_json_is_the_line_as_it_was_recorded(flowing, named):
    with flowing.journal() as journal:
        line = journal.latest(STUDY, "Patient/c01").line
    ran = explain(flowing, named, "--json")
    assert (ran.code, ran.out) == (0, line + "\n") and "S-0001" in ran.err and AS_OF in ran.err


def test_a_past_day_shows_what_was_decided_then(flowing):
    before = explain(flowing, "c01", "--json").out
    flowing.change("Patient/c01", birthDate="2015-01-01")
    assert flowing.run("--as-of", LATER).code == 0
    for options, as_of, decision in (
        ((), LATER, "ineligible"),
        (("--as-of", LATER), LATER, "ineligible"),
        (("--as-of", BETWEEN), AS_OF, "candidate"),
        (("--as-of", AS_OF), AS_OF, "candidate"),
    ):
        line = json.loads(explain(flowing, "c01", "--json", *options).out)
        assert (line["as_of"], line["decision"]) == (as_of, decision)
    assert explain(flowing, "c01", "--json", "--as-of", BETWEEN).out == before
    assert "Candidate" in explain(flowing, "c01", "--as-of", BETWEEN).out
    assert "Not eligible" in explain(flowing, "c01").out
    refused(explain(flowing, "c01", "--as-of", "2026-03-01"), 12, f"The first decision is as of {AS_OF}")


@pytest.mark.parametrize(("language", "said"), [("en", "another one today"), ("zh", "研究定义现已变更")])
def test_a_study_that_changed_since_is_named_and_what_was_said_stays(flowing, tmp_path, language, said):
    before = explain(flowing, "c30", "--lang", language).out
    assert said not in before
    study = changed(tmp_path, "study.toml", "", "", study=SHIPPED)
    criteria = study / "criteria.toml"
    text = criteria.read_text(encoding="utf-8")
    assert "age" in text
    criteria.write_text(re.sub(r'en = "', 'en = "Otherwise: ', text), encoding="utf-8")
    ran = explain(flowing, "c30", "--lang", language, "--study", study)
    assert ran.code == 0, ran.err
    assert (said in ran.out.split("\n\n")[0]) and "Otherwise" not in ran.out
    assert ran.out.split("\n\n", 1)[1] == before.split("\n\n", 1)[1]


def test_it_reads_beside_a_run_that_writes(flowing):
    url = f"sqlite:///{flowing.folder}/adapter.db"
    before = explain(flowing, "c01").out
    with lock(url), flowing.journal() as journal, journal.transaction() as work:
        old = journal.latest(STUDY, "Patient/c01")
        work.record(Decided(1, old.patient, STUDY, LATER, "open", "{}", "{}", old.decided_at))
        assert explain(flowing, "c01").out == before
    assert explain(flowing, "c01", "--json").out == "{}\n"
    refused(explain(flowing, "c01"), 12, "before words were kept", "--json")


def test_a_database_that_is_not_there_is_not_made(river):
    refused(explain(river, "c01"), 12, "there is no such database", "trial-adapter run")
    assert not (river.folder / "adapter.db").exists()
    dialect.make_sqlite(river.folder / "adapter.db")
    refused(explain(river, "c01"), 12, "no run of this version", "trial-adapter run")


def test_a_patient_without_a_decision_is_told_why(river):
    river.change("Patient/c13", deceasedBoolean=True)
    assert river.run("--dry-run").code == 0
    refused(explain(river, "c01"), 12, "there was no run yet", "trial-adapter run")
    assert river.run().code == 0
    refused(explain(river, "nobody"), 12, "Patient/nobody", "not in the population")
    refused(explain(river, "S-0099"), 12, "no patient has the screening number S-0099", "name an id")
    refused(explain(river, "c13"), 12, "not judged (deceased)")


def test_a_patient_on_whom_nobody_could_be_decided_is_told_why(river):
    def front(visit, request):
        about = request.path == "Observation" and any(name == "patient" for name, _ in (*request.query, *request.form))
        return about and visit.send(Answer(403, outcome("error", "forbidden", "no"))) is None

    river.front = front
    assert river.run().code == 13
    refused(explain(river, "c01"), 12, "read Observation in part", "Run again")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "would not judge this patient: deceased"), ("zh", "不再评估该患者：已故")]
)
def test_a_decision_about_somebody_who_is_judged_no_longer_says_so(flowing, language, said):
    flowing.change("Patient/c01", deceasedBoolean=True)
    assert flowing.run().code == 0
    ran = explain(flowing, "c01", "--lang", language)
    assert ran.code == 0 and said in ran.out.split("\n\n")[0]
    assert said not in explain(flowing, "c01", "--lang", language, "--as-of", AS_OF).out
