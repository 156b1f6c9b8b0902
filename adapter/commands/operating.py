"""The commands of a hospital's daily work: run, check, serve, aside, and the demonstration."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from functools import partial

from adapter import check as checking
from adapter import errors, places, settings, wiring
from adapter.aside import Desk, Word
from adapter.commands.prepare import as_of, mapped_of, prepare
from adapter.errors import UsageError
from adapter.incidents import watched
from adapter.outputs.base import instant
from adapter.outputs.summary import told
from adapter.reception import ward_of
from adapter.report import RunReport
from adapter.run import Run, Ways
from adapter.schedule import Service
from adapter.showcase import show
from adapter.study.load import shipped_studies
from adapter.worklist import create_app


def run(asked: argparse.Namespace) -> int:
    """Pull, judge, record, write back, alert: one full run; and tell IT what is wrong, however it ends."""
    with watched(asked.config, wiring.now) as watch:
        report = watch.report = _ran(asked)
    if asked.json:
        print(report.as_json())
    if report.exit_code != errors.FINE or not asked.quiet:
        print(told(report, whole=(bool(asked.summary) or sys.stderr.isatty())), file=sys.stderr)
    return report.exit_code


def _ran(asked: argparse.Namespace) -> RunReport:
    place = settings.load(asked.config, os.environ)
    asked.study = None
    mapped, prepared = mapped_of(asked)
    ways = Ways(as_of(asked), wiring.now(), asked.dry_run, asked.full, asked.accept_fall)
    with wiring.client_of(place) as client:
        progress = wiring.progress(None if asked.quiet else sys.stderr)
        work = Run(place, mapped, prepared, client, wiring.outputs_of(place, prepared, client), ways, progress)
        return work.tell() if asked.only_tell else work.do()


def check(asked: argparse.Namespace) -> int:
    """Say whether a run would work here, and what to do where it would not."""
    asked.study = None
    steps = checking.Steps(
        lambda: settings.load(asked.config, os.environ),
        settings.where(asked.config, os.environ),
        lambda: mapped_of(asked),
        wiring.client_of,
        settings.database_password,
        wiring.now,
        asked.write_probe,
    )
    return checking.told(checking.check(steps), as_json=asked.json)


def serve(asked: argparse.Namespace) -> int:
    """Show the page, and run at the times set, each run a process of its own, until a signal comes."""
    place = settings.load(asked.config, os.environ)
    logging.basicConfig(level=place.log.level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of its inner life
    asked.study, asked.set, asked.hospital = None, [], None
    own = ["--config", str(asked.config)] if asked.config else []
    prepared, service = prepare(asked), Service(place, [sys.executable, "-m", "adapter", "run", *own])
    return service.serve(create_app(ward_of(place, prepared, service.health, tell=service.runs.soon)))


def aside(asked: argparse.Namespace) -> int:
    """Mark one fact as not to be used, give it back, or list what is marked."""
    place = settings.load(asked.config, os.environ)
    asked.study = asked.as_of = None
    prepared, today = prepare(asked), as_of(asked)
    desk = Desk(place, prepared)
    if asked.fact is None:
        print("\n".join(desk.listed(asked.patient, asked.lang, today)))
        return errors.FINE
    missing = [name for name in ("reason", "author") if not (getattr(asked, name) or "").strip()]
    if missing:
        raise UsageError(f"aside: --{missing[0]} is missing. Say why, and who says so: others will read it.")
    if asked.until is not None and asked.until < today:
        raise UsageError(f"aside: --until {asked.until} is past. Name a day to come, or --lift to give it back.")
    word = Word(asked.patient, asked.fact, asked.item, asked.reason, asked.author, asked.until, asked.lift)
    print(desk.say(word, asked.lang, today, instant(wiring.now())))
    print(prepared.speaker(asked.lang).phrase("set_aside", "next_run"), file=sys.stderr)
    return errors.FINE


def demo(asked: argparse.Namespace) -> int:
    """Show the whole river on this machine: a sandbox hospital, one run over HTTP, a mail."""
    asked.set, asked.hospital = [], None
    asked.study = asked.study or shipped_studies(places.folder("mappings"))[0]
    mapped, prepared = mapped_of(asked, settings.Settings())
    return show(mapped, prepared, asked.folder, partial(print, flush=True), once=asked.once)
