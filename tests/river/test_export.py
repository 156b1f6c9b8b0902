"""The export: one row for each patient who was screened, typed values, a dictionary of all of it, and nobody's id."""

import csv
import json
from datetime import date

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from adapter.database import open_database
from adapter.database.tables import journal_audit
from adapter.export.columns import DECISIONS, LOG, VARIABLES
from adapter.journal.statuses import PersonStatus
from tests.acceptance.command import run
from tests.river.hospital import FLAGGED, SOME, STUDY

AT = "2026-03-16T09:00:00Z"
TABLES = (LOG, DECISIONS, VARIABLES)


def export(river, name="out", *options):
    ran = run("export", "--config", river.settings, "--out", river.folder / name, *options)
    assert ran.code == 0, ran.err
    return river.folder / name


def in_csv(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def in_parquet(folder, table):
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def test_everybody_who_was_screened_is_in_the_log_under_a_number(flowing):
    rows = in_parquet(export(flowing), LOG)
    assert [row["screening_number"] for row in rows] == [f"S-{number:04}" for number in range(1, len(SOME) + 1)]
    with flowing.journal() as journal:
        patients = {journal.patient_of(STUDY, row["screening_number"]): row for row in rows}
    decided = flowing.decisions()
    assert {who: row["decision"] for who, row in patients.items()} == {w: d["decision"] for w, d in decided.items()}
    assert {who for who, row in patients.items() if row["flagged_on"]} == FLAGGED
    ruled_out = next(row for row in rows if row["decision"] == "ineligible")
    assert ruled_out["ruled_out_by"] and ruled_out["ruled_out_by_en"] and ruled_out["ruled_out_by_zh"]
    assert all(row["screened_on"] == row["judged_on"] == date(2026, 3, 16) for row in rows)


def test_a_decision_has_every_criterion_score_and_reported_variable(flowing):
    folder, decided = export(flowing, "out", "--identified", "--author", "Dr Wang"), flowing.decisions()
    for row in in_parquet(folder, DECISIONS):
        line = decided[row["patient"]]
        for entry in [part for one in line["criteria"] for part in (one, *one.get("parts", ()))]:
            assert (row[entry["id"]], row[f"{entry['id']}_because"]) == (entry["answer"], entry["because"])
        for name, score in line["scores"].items():
            plain = name.replace("-", "_")
            assert (row[f"{plain}_low"], row[f"{plain}_high"]) == (score["low"], score["high"])
        assert row["age"] == line["variables"]["age"] and row["decision"] == line["decision"]


def test_every_variable_of_the_study_is_there_with_its_type(flowing):
    rows = in_parquet(export(flowing), VARIABLES)
    meant = {entry["value"] for entry in json.loads((flowing.folder / "out/dictionary.json").read_text())["entries"]
             if "value" in entry}  # fmt: skip
    assert {row["variable"] for row in rows} == meant
    c3 = next(row for row in rows if row["variable"] == "c3_now" and row["number"] is not None)
    assert c3["low"] == c3["number"] == c3["high"] and c3["unit"] == "g/L" and c3["on"] < date(2026, 3, 17)
    assert any(row["because"] == "no_result" and row["readings"] == 0 for row in rows)


def test_csv_and_parquet_say_the_same(flowing):
    folder = export(flowing)
    for table in TABLES:
        typed, text = in_parquet(folder, table), in_csv(folder, table)
        assert len(typed) == len(text) > 0 and list(typed[0]) == list(text[0])
        filled = [[key for key, value in row.items() if value not in {None, ""}] for row in typed]
        assert filled == [[key for key, value in row.items() if value != ""] for row in text]


def test_the_dictionary_explains_every_column_in_both_languages(flowing):
    folder = export(flowing)
    entries = in_csv(folder, "dictionary")
    columns = {(entry["table"], entry["column"]) for entry in entries}
    for table in TABLES:
        assert {(table, column) for column in in_parquet(folder, table)[0]} <= columns
    assert all(entry["en"] and entry["zh"] and entry["type"] for entry in entries)


@pytest.mark.parametrize("options", [(), ("--history",)])
def test_nobody_is_named_unless_somebody_asks_for_it(flowing, options):
    folder = export(flowing, "out", *options)
    said = b"".join(file.read_bytes() for file in folder.glob("*.csv"))
    assert not any(who.encode() in said for who in flowing.decisions())
    assert all("patient" not in row for table in TABLES for row in in_parquet(folder, table))


def test_ids_leave_with_the_name_of_who_takes_them(flowing):
    ran = run("export", "--config", flowing.settings, "--out", flowing.folder / "out", "--identified")
    assert ran.code == 2 and "--author" in ran.err and not (flowing.folder / "out").exists()
    folder = export(flowing, "out", "--identified", "--author", "Dr Wang")
    assert {row["patient"] for row in in_csv(folder, LOG)} == {*flowing.decisions()}


def test_the_same_journal_is_the_same_bytes(flowing):
    first, second = export(flowing, "one"), export(flowing, "two")
    files = {file.name for file in first.iterdir()}
    assert files == {f"{table}.{kind}" for table in TABLES for kind in ("csv", "parquet")} | {
        "dictionary.csv", "dictionary.parquet", "dictionary.json"}  # fmt: skip
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in files)
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in first.iterdir())


def test_the_history_has_every_decision_and_the_rest_the_last(flowing):
    flowing.change("Patient/c30", birthDate="1940-01-01")
    assert flowing.run().code == 0
    last, whole = in_parquet(export(flowing), DECISIONS), in_parquet(export(flowing, "all", "--history"), DECISIONS)
    assert len(last) == len(SOME) and len(whole) == len(SOME) + 1
    moved = [row for row in in_parquet(flowing.folder / "out", LOG) if row["judgements"] == 2]
    assert [row["decision"] for row in moved] == ["ineligible"]


def test_what_a_person_said_is_in_the_log_with_name_and_day(flowing):
    said = PersonStatus(STUDY, "Patient/c01", "ineligible", "=declined, lives far away", "Dr Wang", AT, 1, "v1")
    with flowing.journal() as journal, journal.transaction() as work:
        work.set_status(said, tell_server=False)
    rows = in_parquet(export(flowing, "out", "--identified", "--author", "Dr Wang"), LOG)
    (row,) = [row for row in rows if row["status"]]
    assert (row["patient"], row["status"], row["status_by"]) == (said.patient, said.status, said.author)
    assert row["status_reason"] == said.reason and row["status_at"].isoformat() == "2026-03-16T09:00:00+00:00"
    assert [row["status_reason"] for row in in_csv(flowing.folder / "out", LOG) if row["status"]] == [f"'{said.reason}"]


def test_without_a_database_nothing_is_made(river):
    ran = run("export", "--config", river.settings, "--out", river.folder / "out")
    assert ran.code == 12 and "Run first" in ran.err
    assert not (river.folder / "adapter.db").exists() and not (river.folder / "out").exists()


def test_what_leaves_is_on_the_audit_chain(flowing):
    export(flowing)
    export(flowing, "out", "--identified", "--author", "Dr Wang", "--history")
    with open_database(f"sqlite:///{flowing.folder}/adapter.db") as database, database.reading() as connection:
        c = journal_audit.c
        told = connection.execute(select(c.who, c.what).where(c.kind == "exported").order_by(c.id)).all()
    assert [(who, json.loads(what)["identified"], json.loads(what)["history"]) for who, what in told] == [
        ("adapter", False, False), ("Dr Wang", True, True)]  # fmt: skip
