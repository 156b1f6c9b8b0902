"""The list: one row for each flagged patient, nearest to decided first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request

from adapter.words import Speaker
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import CLINIC, READERS, open_to
from adapter.worklist.show.roster import FLAGGED, Roster, Row, Wanted
from adapter.worklist.ward import the_ward

pages = Blueprint("people", __name__)
A_PAGE = 50
SHOWS = ("todo", "put-off", "over", "all")
NEEDS_SHOWN = 3


@pages.get("/worklist")
@open_to(READERS)
def worklist() -> str:
    """Show who is worth a look."""
    ward, visit, wanted = the_ward(), the_visit(), _wanted()
    named = visit.role in CLINIC
    with ward.journal.transaction() as work:
        work.audit("page-viewed", visit.user.name, page="list", role=visit.role.value)
    with ward.database.reading() as connection:
        roster = Roster(connection, ward.study.id, visit.user.name, ward.today(), named, ZoneInfo(ward.time_zone))
        rows, stages, refusals = roster.rows(wanted), roster.stages(), roster.refusals()
    pages_in_all = max(1, -(-len(rows) // A_PAGE))
    at = min(max(1, request.args.get("page", 1, int)), pages_in_all)
    shown = rows[(at - 1) * A_PAGE : at * A_PAGE]
    speaker = ward.speaker(g.reader.language)
    told = [(row, roster.waiting_days(row), *_needs(row, speaker)) for row in shown]
    return render_template(
        "list.html", rows=told, found=len(rows), stages=stages,
        refusals=refusals.most_common(5), wanted=wanted, at=at, pages_in_all=pages_in_all, named=named,
        shows=SHOWS, standings=FLAGGED, today=ward.today(),
    )  # fmt: skip


def _wanted() -> Wanted:
    """What the reader asked for; anything odd is as if it were not asked."""
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("q", "show", "standing", "who")}
    return Wanted(
        asked["q"],
        asked["show"] if asked["show"] in SHOWS else "todo",
        asked["standing"] if asked["standing"] in FLAGGED else "",
        asked["who"] if asked["who"] in {"me", "nobody"} else "",
    )


def _needs(row: Row, speaker: Speaker) -> tuple[list[tuple[str, str]], int]:
    """What would settle it: what to do and of what, as much as a row holds, and how much more there is."""
    known = {thing.id: thing for thing in speaker.study.settlements}
    needs = [(do, known[thing].what[speaker.language]) for do, thing, _ in row.outlook.settling if thing in known]
    return needs[:NEEDS_SHOWN], max(0, len(needs) - NEEDS_SHOWN)
