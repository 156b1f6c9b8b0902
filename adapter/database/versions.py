"""The schema's history: what is written here once has run in hospitals and is never edited; add a version instead.

Plain SQL that SQLite and PostgreSQL share; `{key}` (a number the database gives), `{text}`
and `{blob}` are the dialect's words.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, Text

SCHEMA_VERSION = (
    "CREATE TABLE IF NOT EXISTS schema_version "
    "(number INTEGER NOT NULL PRIMARY KEY, name {text} NOT NULL, applied_at {text} NOT NULL)"
)
schema_version = Table(
    "schema_version",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Version:
    """One step forward: statements, and what tables refuse from then on (see `dialect.append_only`)."""

    number: int
    name: str
    statements: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


CHART = (
    """CREATE TABLE chart_resource (
        type {text} NOT NULL, id {text} NOT NULL, patient {text},
        updated BIGINT NOT NULL, version_number BIGINT NOT NULL, last_word {text} NOT NULL, rows {text} NOT NULL,
        PRIMARY KEY (type, id))""",
    "CREATE INDEX chart_resource_patient ON chart_resource (patient, type, id)",
    """CREATE TABLE chart_watermark (
        type {text} NOT NULL PRIMARY KEY, instant {text} NOT NULL, asked {text} NOT NULL,
        read_at {text} NOT NULL, complete BOOLEAN NOT NULL)""",
    """CREATE TABLE chart_member (
        patient {text} NOT NULL, way {text} NOT NULL, since {text} NOT NULL, PRIMARY KEY (patient, way))""",
    """CREATE TABLE chart_quarantine (
        type {text} NOT NULL, resource {text} NOT NULL, reason {text} NOT NULL,
        first_at {text} NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (type, resource, reason))""",
)
JOURNAL = (
    """CREATE TABLE journal_run (
        id {key}, started_at {text} NOT NULL, ended_at {text}, as_of {text} NOT NULL, study {text} NOT NULL,
        study_hash {text} NOT NULL, adapter_version {text} NOT NULL, report {text}, exit_code INTEGER)""",
    """CREATE TABLE journal_decision (
        id {key}, run BIGINT NOT NULL REFERENCES journal_run (id), patient {text} NOT NULL, study {text} NOT NULL,
        as_of {text} NOT NULL, standing {text} NOT NULL, picks_digest {text} NOT NULL, decided_at {text} NOT NULL,
        picks {blob} NOT NULL, line {blob} NOT NULL)""",
    "CREATE INDEX journal_decision_patient ON journal_decision (study, patient, id)",
    """CREATE TABLE journal_change (
        id {key}, decision BIGINT NOT NULL REFERENCES journal_decision (id), patient {text} NOT NULL,
        study {text} NOT NULL, kind {text} NOT NULL, old_standing {text}, new_standing {text} NOT NULL,
        moved_by {text} NOT NULL, material BOOLEAN NOT NULL, at {text} NOT NULL)""",
    "CREATE INDEX journal_change_patient ON journal_change (study, patient, id)",
    """CREATE TABLE journal_delivery (
        id {key}, output {text} NOT NULL, key {text} NOT NULL UNIQUE, payload {text} NOT NULL,
        state {text} NOT NULL CHECK (state IN ('pending', 'done', 'dead')), attempts INTEGER NOT NULL,
        created_at {text} NOT NULL, next_try_at {text}, last_error {text}, done_at {text})""",
    "CREATE INDEX journal_delivery_state ON journal_delivery (output, state, id)",
    """CREATE TABLE journal_screening_number (
        study {text} NOT NULL, patient {text} NOT NULL, number INTEGER NOT NULL, given_at {text} NOT NULL,
        PRIMARY KEY (study, patient), UNIQUE (study, number))""",
    """CREATE TABLE journal_subject (
        study {text} NOT NULL, patient {text} NOT NULL, resource {text} NOT NULL, status {text} NOT NULL,
        period_start {text}, extension {text} NOT NULL, etag {text}, written_at {text} NOT NULL,
        PRIMARY KEY (study, patient))""",
)
REFUSED = (
    ("journal_run", "DELETE"),
    ("journal_decision", "DELETE"),
    ("journal_decision", "UPDATE"),
    ("journal_change", "DELETE"),
    ("journal_change", "UPDATE"),
    ("journal_delivery", "DELETE"),
    ("journal_screening_number", "DELETE"),  # else the highest number could be given to another patient
    ("journal_screening_number", "UPDATE OF study, number"),
)
NOTE = (
    """CREATE TABLE journal_note (
        decision BIGINT NOT NULL REFERENCES journal_decision (id), language {text} NOT NULL, note {blob} NOT NULL,
        PRIMARY KEY (decision, language))""",
)
SET_ASIDE = (
    """CREATE TABLE journal_set_aside (
        id {key}, study {text} NOT NULL, patient {text} NOT NULL, resource {text} NOT NULL, item {text} NOT NULL,
        received {text} NOT NULL, reason {text} NOT NULL, author {text} NOT NULL, since {text} NOT NULL, until {text},
        lifted BOOLEAN NOT NULL, at {text} NOT NULL)""",
    "CREATE INDEX journal_set_aside_patient ON journal_set_aside (study, patient, id)",
)
# The chart is a cache: forgetting how far it was read has the next run read all, and so take note of what has come.
RECONCILED = (
    "ALTER TABLE chart_watermark ADD COLUMN reconciled_at {text}",
    "CREATE TABLE chart_seen (patient {text} NOT NULL, type {text} NOT NULL, PRIMARY KEY (patient, type))",
    "DELETE FROM chart_watermark",
)
STATUS = (
    """CREATE TABLE journal_status (
        id {key}, study {text} NOT NULL, patient {text} NOT NULL, status {text} NOT NULL, reason {text} NOT NULL,
        author {text} NOT NULL, at {text} NOT NULL, decision BIGINT REFERENCES journal_decision (id),
        study_hash {text} NOT NULL, origin {text} NOT NULL CHECK (origin IN ('page', 'server')))""",
    "CREATE INDEX journal_status_patient ON journal_status (study, patient, id)",
    """CREATE TABLE journal_review (
        id {key}, study {text} NOT NULL, patient {text} NOT NULL,
        decision BIGINT NOT NULL REFERENCES journal_decision (id), standing {text} NOT NULL, found {text} NOT NULL,
        opened_at {text} NOT NULL, ended_at {text}, ended_by {text})""",
    "CREATE UNIQUE INDEX journal_review_open ON journal_review (study, patient) WHERE ended_at IS NULL",
)
STATUS_REFUSED = (
    ("journal_status", "DELETE"),
    ("journal_status", "UPDATE"),
    ("journal_review", "DELETE"),
    ("journal_review", "UPDATE OF study, patient, decision, standing, found, opened_at"),
)
USERS = (
    """CREATE TABLE journal_user (
        name {text} NOT NULL PRIMARY KEY, password {text}, created_at {text} NOT NULL, disabled_at {text})""",
    """CREATE TABLE journal_role (
        name {text} NOT NULL REFERENCES journal_user (name), study {text} NOT NULL, role {text} NOT NULL,
        given_at {text} NOT NULL, PRIMARY KEY (name, study))""",
)
# What is added to a journal table later may be empty in the rows before it: what is empty is not part of their digests.
AUDIT = (
    """CREATE TABLE journal_person (
        token {text} NOT NULL PRIMARY KEY, patient {text} NOT NULL UNIQUE, salt {text} NOT NULL)""",
    """CREATE TABLE journal_audit (
        id BIGINT NOT NULL PRIMARY KEY, at {text} NOT NULL, kind {text} NOT NULL, who {text} NOT NULL,
        token {text}, about {text}, what {text}, digest {text} NOT NULL, previous {text} NOT NULL,
        hash {text} NOT NULL)""",
    "CREATE INDEX journal_audit_token ON journal_audit (token, id)",
)
AUDITED = (
    ("journal_audit", "DELETE"),
    ("journal_audit", "UPDATE OF id, at, kind, who, token, about, digest, previous, hash"),
    ("journal_person", "UPDATE"),
)
INSTALLATION = (
    """CREATE TABLE journal_installation (
        number INTEGER NOT NULL PRIMARY KEY CHECK (number = 1), word {text} NOT NULL)""",
)
INSTALLATION_REFUSED = (("journal_installation", "DELETE"), ("journal_installation", "UPDATE"))
EXPORT = (
    """CREATE TABLE chart_export (
        status_url {text} NOT NULL PRIMARY KEY, asked {text} NOT NULL, types {text} NOT NULL, since {text},
        begun_at {text} NOT NULL)""",
    """CREATE TABLE chart_export_file (
        name {text} NOT NULL PRIMARY KEY, types {text} NOT NULL, lines INTEGER NOT NULL, broken INTEGER NOT NULL,
        proved BOOLEAN NOT NULL)""",
)
INCIDENT = (
    """CREATE TABLE journal_incident (
        id {key}, study {text} NOT NULL, kind {text} NOT NULL, about {text} NOT NULL, detail {text} NOT NULL,
        began_at {text} NOT NULL, ended_at {text}, began_told_at {text}, ended_told_at {text},
        UNIQUE (study, kind, about, began_at))""",
)
INCIDENT_REFUSED = (
    ("journal_incident", "DELETE"),
    ("journal_incident", "UPDATE OF study, kind, about, detail, began_at"),
)
MERGED = (
    """CREATE TABLE journal_merged (
        id {key}, patient {text} NOT NULL, survivor {text}, at {text} NOT NULL)""",
    "CREATE INDEX journal_merged_patient ON journal_merged (patient, id)",
)
MERGED_REFUSED = (("journal_merged", "DELETE"), ("journal_merged", "UPDATE"))
# What the list shows of each decision lies in a narrow row beside it; of those made before, all but what settles them.
CLINIC = (
    """CREATE TABLE clinic_outlook (
        decision BIGINT NOT NULL PRIMARY KEY REFERENCES journal_decision (id), study {text} NOT NULL,
        patient {text} NOT NULL, standing {text} NOT NULL, as_of {text} NOT NULL, decided_at {text} NOT NULL,
        cost INTEGER, things {text} NOT NULL)""",
    "CREATE INDEX clinic_outlook_patient ON clinic_outlook (study, patient, decision)",
    """INSERT INTO clinic_outlook
        SELECT id, study, patient, standing, as_of, decided_at, NULL, '[]' FROM journal_decision""",
    """CREATE TABLE clinic_person (
        patient {text} NOT NULL PRIMARY KEY, name {text}, hospital_number {text}, department {text},
        last_visit {text}, next_visit {text}, fetched_at {text} NOT NULL)""",
    """CREATE TABLE journal_answer (
        id {key}, study {text} NOT NULL, patient {text} NOT NULL, author {text} NOT NULL, authored {text} NOT NULL,
        at {text} NOT NULL, form {blob} NOT NULL)""",
    "CREATE INDEX journal_answer_patient ON journal_answer (study, patient, id)",
    """CREATE TABLE journal_act (
        id {key}, study {text} NOT NULL, patient {text} NOT NULL, kind {text} NOT NULL, said {text} NOT NULL,
        until {text}, author {text} NOT NULL, at {text} NOT NULL)""",
    "CREATE INDEX journal_act_patient ON journal_act (study, patient, kind, id)",
    """CREATE TABLE clinic_seen (
        study {text} NOT NULL, patient {text} NOT NULL, who {text} NOT NULL, decision BIGINT NOT NULL,
        at {text} NOT NULL, PRIMARY KEY (study, patient, who))""",
)
CLINIC_REFUSED = (
    ("journal_answer", "UPDATE"),
    ("journal_act", "UPDATE"),
)
IN_PART = ("CREATE TABLE chart_in_part (type {text} NOT NULL PRIMARY KEY)",)
UNREAD = ("ALTER TABLE chart_quarantine ADD COLUMN patient {text}",)
VERSIONS = (
    Version(1, "chart and journal", CHART + JOURNAL, REFUSED),
    Version(2, "the words of a decision", NOTE, (("journal_note", "DELETE"), ("journal_note", "UPDATE"))),
    Version(3, "facts set aside", SET_ASIDE, (("journal_set_aside", "DELETE"), ("journal_set_aside", "UPDATE"))),
    Version(4, "when deletions were looked for, and of which types something came", RECONCILED),
    Version(5, "what persons say of a patient, and what they are asked to look at", STATUS, STATUS_REFUSED),
    Version(6, "users of the page", USERS, (("journal_user", "DELETE"),)),
    Version(7, "the audit chain", AUDIT, AUDITED),
    Version(8, "by what word this database is known from another's", INSTALLATION, INSTALLATION_REFUSED),
    Version(9, "the export under way", EXPORT),
    Version(10, "faults that IT is told of", INCIDENT, INCIDENT_REFUSED),
    Version(11, "which records stand for others", MERGED, MERGED_REFUSED),
    Version(12, "what is known, said and done of those who are flagged", CLINIC, CLINIC_REFUSED),
    Version(13, "about whom something cannot be read", UNREAD),
    Version(14, "which types were read in part", IN_PART),
)
