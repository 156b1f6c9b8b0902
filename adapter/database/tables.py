"""The tables as they are now, in two groups; `versions.py` is how they came to be, and a test compares the two."""

from __future__ import annotations

import sqlite3
import zlib

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData()
WHOLE = BigInteger().with_variant(Integer(), "sqlite")


class Packed(TypeDecorator[str]):
    """Long text that the database holds in a tenth of its size."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Pack a text."""
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Unpack it; what is damaged is an error of the database, that names no content."""
        try:
            return None if value is None else zlib.decompress(value).decode()
        except (zlib.error, TypeError, UnicodeDecodeError):
            raise sqlite3.DatabaseError("packed text is malformed") from None


def _need(name: str, kind: type[TypeEngine[str] | Boolean] | TypeEngine[int] | Packed = Text) -> Column[object]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: type[TypeEngine[str]] | type[Integer] = Text) -> Column[object]:
    return Column(name, kind)


def _key(name: str) -> Column[object]:
    return Column(name, Text, primary_key=True)


def _number() -> Column[object]:
    return Column("id", WHOLE, primary_key=True)


# The chart: a cache of the hospital.
chart_resource = Table(
    "chart_resource", metadata,
    _key("type"), _key("id"), _may("patient"),
    _need("updated", BigInteger()), _need("version_number", BigInteger()), _need("last_word"), _need("rows"),
)  # fmt: skip
chart_watermark = Table(
    "chart_watermark", metadata,
    _key("type"), _need("instant"), _need("asked"), _need("read_at"), _need("complete", Boolean),
    _may("reconciled_at"),
)  # fmt: skip
chart_seen = Table("chart_seen", metadata, _key("patient"), _key("type"))  # something came that is not kept
chart_member = Table("chart_member", metadata, _key("patient"), _key("way"), _need("since"))
chart_in_part = Table("chart_in_part", metadata, _key("type"))  # as it was read last, of anybody
chart_quarantine = Table(
    "chart_quarantine", metadata,
    _key("type"), _key("resource"), _key("reason"), _need("first_at"), _need("count", Integer()), _may("patient"),
)  # fmt: skip

chart_export = Table(
    "chart_export", metadata,
    _key("status_url"), _need("asked"), _need("types"), _may("since"), _need("begun_at"),
)  # fmt: skip
chart_export_file = Table(
    "chart_export_file", metadata,
    _key("name"), _need("types"), _need("lines", Integer()), _need("broken", Integer()), _need("proved", Boolean),
)  # fmt: skip

# The journal: only ever added to.
journal_run = Table(
    "journal_run", metadata,
    _number(), _need("started_at"), _may("ended_at"), _need("as_of"), _need("study"), _need("study_hash"),
    _need("adapter_version"), _may("report"), _may("exit_code", Integer),
)  # fmt: skip
journal_decision = Table(
    "journal_decision", metadata,
    _number(), _need("run", BigInteger()), _need("patient"), _need("study"), _need("as_of"), _need("standing"),
    _need("picks_digest"), _need("decided_at"), _need("picks", Packed()), _need("line", Packed()),
)  # fmt: skip
journal_note = Table(
    "journal_note", metadata,
    Column("decision", BigInteger, primary_key=True), _key("language"), _need("note", Packed()),
)  # fmt: skip
journal_change = Table(
    "journal_change", metadata,
    _number(), _need("decision", BigInteger()), _need("patient"), _need("study"), _need("kind"),
    _may("old_standing"), _need("new_standing"), _need("moved_by"), _need("material", Boolean), _need("at"),
)  # fmt: skip
journal_delivery = Table(
    "journal_delivery", metadata,
    _number(), _need("output"), _need("key"), _need("payload"), _need("state"), _need("attempts", Integer()),
    _need("created_at"), _may("next_try_at"), _may("last_error"), _may("done_at"),
)  # fmt: skip
journal_screening_number = Table(
    "journal_screening_number", metadata,
    _key("study"), _key("patient"), _need("number", Integer()), _need("given_at"),
)  # fmt: skip
journal_subject = Table(
    "journal_subject", metadata,
    _key("study"), _key("patient"), _need("resource"), _need("status"), _may("period_start"),
    _need("extension"), _may("etag"), _need("written_at"),
)  # fmt: skip
journal_set_aside = Table(
    "journal_set_aside", metadata,
    _number(), _need("study"), _need("patient"), _need("resource"), _need("item"), _need("received"), _need("reason"),
    _need("author"), _need("since"), _may("until"), _need("lifted", Boolean), _need("at"),
)  # fmt: skip
journal_status = Table(
    "journal_status", metadata,
    _number(), _need("study"), _need("patient"), _need("status"), _need("reason"), _need("author"), _need("at"),
    _may("decision", BigInteger), _need("study_hash"), _need("origin"),
)  # fmt: skip
journal_review = Table(
    "journal_review", metadata,
    _number(), _need("study"), _need("patient"), _need("decision", BigInteger()), _need("standing"), _need("found"),
    _need("opened_at"), _may("ended_at"), _may("ended_by"),
)  # fmt: skip

# The page: who may sign in, and what they are in each study.
journal_user = Table(
    "journal_user", metadata, _key("name"), _may("password"), _need("created_at"), _may("disabled_at"),
)  # fmt: skip
journal_role = Table("journal_role", metadata, _key("name"), _key("study"), _need("role"), _need("given_at"))

# The chain over it: an entry holds the digest of what it tells of, and the hash of the one before. It knows tokens.
journal_person = Table("journal_person", metadata, _key("token"), _need("patient"), _need("salt"))
journal_audit = Table(
    "journal_audit", metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False), _need("at"), _need("kind"), _need("who"),
    _may("token"), _may("about"), _may("what"), _need("digest"), _need("previous"), _need("hash"),
)  # fmt: skip
journal_installation = Table(
    "journal_installation", metadata, Column("number", Integer, primary_key=True), _need("word")
)
journal_merged = Table(
    "journal_merged", metadata, _number(), _need("patient"), _may("survivor"), _need("at"),
)  # fmt: skip
journal_incident = Table(
    "journal_incident", metadata,
    _number(), _need("study"), _need("kind"), _need("about"), _need("detail"), _need("began_at"), _may("ended_at"),
    _may("began_told_at"), _may("ended_told_at"),
)  # fmt: skip

# What the page knows of the flagged; of these, no row of clinic_ is more than a copy or a cache.
clinic_outlook = Table(
    "clinic_outlook", metadata,
    Column("decision", BigInteger, primary_key=True, autoincrement=False), _need("study"), _need("patient"),
    _need("standing"), _need("as_of"), _need("decided_at"), _may("cost", Integer), _need("things"),
)  # fmt: skip
clinic_person = Table(
    "clinic_person", metadata,
    _key("patient"), _may("name"), _may("hospital_number"), _may("department"), _may("last_visit"),
    _may("next_visit"), _need("fetched_at"),
)  # fmt: skip
journal_answer = Table(
    "journal_answer", metadata,
    _number(), _need("study"), _need("patient"), _need("author"), _need("authored"), _need("at"),
    _need("form", Packed()),
)  # fmt: skip
journal_act = Table(
    "journal_act", metadata,
    _number(), _need("study"), _need("patient"), _need("kind"), _need("said"), _may("until"), _need("author"),
    _need("at"),
)  # fmt: skip
clinic_seen = Table(
    "clinic_seen", metadata, _key("study"), _key("patient"), _key("who"), _need("decision", BigInteger()), _need("at"),
)  # fmt: skip
