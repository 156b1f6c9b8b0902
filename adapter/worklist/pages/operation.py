"""IT's page: how the last runs went, what waits, what cannot be read or mapped, what has become worse. No patient."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, current_app, g, render_template
from werkzeug.wrappers import Response

from adapter.database import DatabaseError
from adapter.journal.records import Run
from adapter.operation.faults import DeadLetter, Fault, word_of
from adapter.operation.metrics import CONTENT_TYPE, metrics
from adapter.operation.state import RUNS_SHOWN, State, state_of
from adapter.screening.study import Criterion, Study
from adapter.words import Speaker
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import EVERYBODY, OPEN, open_to
from adapter.worklist.ward import Ward

pages = Blueprint("operation", __name__)
HEADING = "system,code,text,concept"
REASONS_SHOWN = 2
SETTLE = ("trial-adapter", "deliveries")


class Coverage(NamedTuple):
    """How often a criterion could be decided, and what was missing most where it could not."""

    criterion: Criterion
    percent: int
    before: int | None  # the median of the runs before, where it fell from there
    because: list[str]


class Wrong(NamedTuple):
    """A fault that is not over, in words, with what to do."""

    fault: Fault
    what: str
    do: str


class Letter(NamedTuple):
    """What failed for good, with the commands of which one settles it."""

    letter: DeadLetter
    again: str
    close: str


class Waiting(NamedTuple):
    """What waits for one output, and what has failed for good."""

    output: str
    pending: int
    since: str | None
    dead: int


@pages.get("/operation")
@open_to(EVERYBODY)
def operation() -> str:
    """Show how the service does."""
    ward = _ward()
    state = state_of(ward.database, ward.study.id)
    return render_template(
        "operation.html",
        state=state,
        health=ward.health(),
        runs=list(zip(state.runs, state.reports, strict=True))[:RUNS_SHOWN],
        faults=faults(state, ward.speaker(g.reader.language)),
        dead=dead(state, the_visit().user.name),
        waiting=waiting(state),
        coverage=coverage(state, ward.study),
        unmapped=unmapped(state.report),
        seconds=seconds,
    )


@pages.get("/metrics")
@open_to(OPEN)
def measured() -> Response:
    """Answer in the text form of Prometheus: counts and instants."""
    ward = _ward()
    return Response(metrics(state_of(ward.database, ward.study.id), ward.now()), content_type=CONTENT_TYPE)


@pages.get("/readyz")
@open_to(OPEN)
def readyz() -> tuple[dict[str, str], int]:
    """Say whether this page can answer: its database does."""
    ward = _ward()
    try:
        ward.journal.last_run(ward.study.id)
    except DatabaseError:
        return {"status": "no database"}, 503
    return {"status": "ready"}, 200


measured.from_anywhere = readyz.from_anywhere = True  # type: ignore[attr-defined] # a monitor asks by address


def faults(state: State, speaker: Speaker) -> list[Wrong]:
    """What is wrong now, in the words of the mail that IT got of it."""
    said, found = speaker.catalogue["it_mail"], []
    for one in state.faults:
        name, about = word_of(one.kind, one.about), {"about": one.about, "detail": one.detail}
        what, todo = (said[word][speaker.language].format(**about) for word in (name, f"{name}_do"))
        found.append(Wrong(one, what, todo))
    return found


def dead(state: State, reader: str) -> list[Letter]:
    """What failed for good; the commands are in the reader's name."""
    made = []
    for one in state.dead.shown:
        again, close = (shlex.join([*SETTLE, way, str(one.id), "--author", reader]) for way in ("--retry", "--drop"))
        made.append(Letter(one, again, close))
    return made


def waiting(state: State) -> list[Waiting]:
    """What waits, by output."""
    outputs = dict.fromkeys(output for output, _ in state.deliveries)
    counted = state.deliveries
    return [
        Waiting(name, counted.get((name, "pending"), 0), state.oldest_pending.get(name), counted.get((name, "dead"), 0))
        for name in outputs
    ]


def coverage(state: State, study: Study) -> list[Coverage]:
    """Each criterion with its share of decided patients, those that fell first."""
    fallen = {one.criterion: round(100 * one.before) for one in state.drift}
    shares = state.coverage
    rows = [
        Coverage(
            one, round(100 * shares[one.id]), fallen.get(one.id), _reasons(state.report["criteria"][one.id]["unknown"])
        )
        for one in study.criteria
        if one.id in shares
    ]
    return sorted(rows, key=lambda row: row.before is None)


def unmapped(report: Mapping[str, Any]) -> str:
    """The codes that mean nothing here yet as rows of a hospital's codes.csv, the most frequent first."""
    return "\n".join(_rows(report))


def seconds(run: Run, report: Mapping[str, Any]) -> float | None:
    """How long a run took."""
    total: float | None = report.get("seconds", {}).get("total")
    return total if run.ended_at else None


def _rows(report: Mapping[str, Any]) -> Iterator[str]:
    codes = report.get("unmapped_codes", {})
    if codes:
        yield HEADING
    for name in codes:
        system, _, code = name.rpartition("|")
        yield ",".join(_cell(part) for part in (system, code, "", ""))


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def _reasons(unknown: Mapping[str, int]) -> list[str]:
    return sorted(unknown, key=lambda reason: (-unknown[reason], reason))[:REASONS_SHOWN]


def _ward() -> Ward:
    ward: Ward = current_app.extensions["ward"]
    return ward
