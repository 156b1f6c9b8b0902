"""The command trial-adapter: one command is one function."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter import assure as assuring
from adapter import check as checking
from adapter import errors, pipeline, places, settings, wiring
from adapter.arguments import parse
from adapter.aside import Desk, Word
from adapter.document import document as documented
from adapter.errors import AdapterError, SettingsError, SourceError, UsageError
from adapter.key import key
from adapter.outputs.answers import Answers
from adapter.outputs.base import instant
from adapter.outputs.decision_line import as_line
from adapter.outputs.note import as_note
from adapter.outputs.summary import summary, told
from adapter.progress import untimed
from adapter.recall import recall
from adapter.run import Run, Ways
from adapter.schedule import Service
from adapter.showcase import show
from adapter.study.cases import load_cases, site_cases
from adapter.study.load import Mapped, find_hospital, find_study, load_study, shipped_studies
from adapter.study.parameters import parse_settings
from adapter.way_in import Came, WayIn


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line, run the command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        asked = parse(f"trial-adapter {version('trial-adapter')}", argv)
        return _COMMANDS[asked.command](asked)
    except AdapterError as error:
        print(f"trial-adapter: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return errors.FINE


def screen(asked: argparse.Namespace) -> int:
    """Judge every patient of a source: one decision per line, nothing written anywhere else."""
    mapped, prepared = _mapped(asked)
    if asked.parameters:
        return _parameters(prepared, asked.lang)
    if asked.source is None:
        raise UsageError("screen: --source is missing. Name a folder with FHIR files, or a server.")
    if asked.out is not None and not asked.out.parent.is_dir():
        raise UsageError(f"--out {asked.out}: there is no folder {asked.out.parent}. Name a file in one that exists.")
    wanted = _listed(asked.patients)
    # Lines of decisions and a bar do not go on one terminal together.
    progress = wiring.progress(None if asked.out is None and sys.stdout.isatty() else sys.stderr)
    place = settings.load(asked.config, os.environ)
    came = WayIn(place, mapped, prepared, _tell, progress).read(asked.source, wanted)
    records = pipeline.chosen(came.cohort, wanted)
    made = pipeline.lines(records, prepared, _as_of(asked), language=asked.lang, workers=asked.workers)
    decided, answers = _write(progress.through("judge", made, "patients", len(records)), asked.out)
    print(summary(came.cohort, decided, answers.as_dict(), came.passed_over, whole=_whole(asked)), file=sys.stderr)
    return _fine_or_partial(came, prepared)


def explain(asked: argparse.Namespace) -> int:
    """Say in words where one patient stands, why, and what would settle it."""
    place = settings.load(asked.config, os.environ)
    mapped, prepared = _mapped(asked)
    if asked.source is None:
        return _recall(asked, place, prepared)
    came = WayIn(place, mapped, prepared, _tell, untimed()).read(asked.source, [asked.patient])
    record = pipeline.chosen(came.cohort, [asked.patient])[0]
    judged = pipeline.judge_one(record, prepared.study, _as_of(asked))
    speaker = prepared.speaker(asked.lang, record.person.sex)
    form = as_line if asked.json else as_note
    print(form(judged.decision, judged.settles, prepared.study, speaker).rstrip("\n"))
    return _fine_or_partial(came, prepared)


def _recall(asked: argparse.Namespace, place: settings.Settings, prepared: pipeline.Screen) -> int:
    """Show a decision as it was recorded."""
    if asked.set:
        raise UsageError("explain: --set changes nothing about what was decided. Name a --source to judge anew.")
    found = recall(place, prepared, asked.patient, asked.as_of, asked.lang)
    heading = "\n".join(found.heading(prepared, asked.lang, place.hospital.time_zone))
    if not asked.json and found.note is None:
        raise SourceError("this decision was recorded before words were kept. --json shows it as it was recorded.")
    print(heading, file=sys.stderr if asked.json else sys.stdout)
    print(found.decision.line if asked.json else f"\n{found.note}".rstrip("\n"))
    return errors.FINE


def aside(asked: argparse.Namespace) -> int:
    """Mark one fact as not to be used, give it back, or list what is marked."""
    place = settings.load(asked.config, os.environ)
    asked.study = asked.as_of = None
    prepared, today = _prepare(asked), _as_of(asked)
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


def run(asked: argparse.Namespace) -> int:
    """Pull, judge, record, write back, alert: one full run."""
    place = settings.load(asked.config, os.environ)
    asked.study = None
    mapped, prepared = _mapped(asked)
    ways = Ways(_as_of(asked), wiring.now(), asked.dry_run, asked.full, asked.accept_fall)
    with wiring.client_of(place) as client:
        progress = wiring.progress(None if asked.quiet else sys.stderr)
        report = Run(place, mapped, prepared, client, wiring.outputs_of(place, prepared, client), ways, progress).do()
    if asked.json:
        print(report.as_json())
    if report.exit_code != errors.FINE or not asked.quiet:
        print(told(report, whole=_whole(asked)), file=sys.stderr)
    return report.exit_code


def check(asked: argparse.Namespace) -> int:
    """Say whether a run would work here, and what to do where it would not."""
    asked.study = None
    steps = checking.Steps(
        lambda: settings.load(asked.config, os.environ),
        settings.where(asked.config, os.environ),
        lambda: _mapped(asked),
        wiring.client_of,
        settings.database_password,
        wiring.now,
    )
    return checking.told(checking.check(steps), as_json=asked.json)


def serve(asked: argparse.Namespace) -> int:
    """Run at the times set, each run a process of its own, until a signal comes."""
    place = settings.load(asked.config, os.environ)
    logging.basicConfig(level=place.log.level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of its inner life
    own = ["--config", str(asked.config)] if asked.config else []
    return Service(place, [sys.executable, "-m", "adapter", "run", *own]).serve()


def demo(asked: argparse.Namespace) -> int:
    """Show the whole river on this machine: a sandbox hospital, one run over HTTP, a mail."""
    asked.set, asked.hospital = [], None
    asked.study = asked.study or shipped_studies(places.folder("mappings"))[0]
    mapped, prepared = _mapped(asked, settings.Settings())
    return show(mapped, prepared, asked.folder, partial(print, flush=True), once=asked.once)


def assure(asked: argparse.Namespace) -> int:
    """Run a study's own cases, and a hospital's with its codes, and show every difference."""
    site, with_codes = _mapped(asked)
    mapped, plain = _mapped(asked, with_hospital=False) if site.hospital else (site, with_codes)
    cases = load_cases(mapped.folder)
    own = site_cases(site.hospital, site.study.id) if site.hospital else []
    progress = wiring.progress(sys.stderr)
    found = [*assuring.assure(plain, cases, progress), *assuring.assure(with_codes, own, progress)]
    for difference in found:
        print(difference)
    print(f"{len(cases) + len(own)} cases, {len({difference.case for difference in found})} with differences")
    return errors.DIFFERENCES if found else errors.FINE


def document(asked: argparse.Namespace) -> int:
    """Say in words how a study is read."""
    mapped, prepared = _mapped(asked)
    print(documented(prepared.speaker(asked.lang), mapped.codelists), end="")
    return errors.FINE


def _prepare(asked: argparse.Namespace) -> pipeline.Screen:
    return _mapped(asked)[1]


def _mapped(
    asked: argparse.Namespace, place: settings.Settings | None = None, *, with_hospital: bool = True
) -> tuple[Mapped, pipeline.Screen]:
    mappings = places.folder("mappings")
    configured = place or settings.load(asked.config, os.environ)
    name = asked.study or configured.study.id
    if name is None:
        raise _no_study(asked, shipped_studies(mappings))
    codes_of = (asked.hospital or configured.hospital.name) if with_hospital else None
    hospital = find_hospital(codes_of, mappings)
    mapped = load_study(find_study(name, mappings), mappings, parse_settings(asked.set), hospital)
    return mapped, pipeline.prepare(mapped, mappings, configured.hospital.time_zone)


def _no_study(asked: argparse.Namespace, known: Sequence[str]) -> AdapterError:
    """What to do where neither the command line nor the settings name a study."""
    where = settings.where(asked.config, os.environ)
    if asked.command in {"screen", "explain"}:
        return UsageError(f"{asked.command}: --study is missing, and study.id is not set by {where}.")
    return SettingsError(f"study.id is not set by {where}. Name one of {', '.join(known)}, or a folder.")


def _parameters(prepared: pipeline.Screen, language: str) -> int:
    """List every open choice of the protocol, and what it accepts."""
    for parameter in prepared.study.parameters.values():
        confirmed = "confirmed" if parameter.confirmed else "not confirmed by the sponsor"
        print(f"{parameter.id}={parameter.value}\n    {parameter.means[language]}")
        print(f"    accepts {parameter.accepts}; {confirmed}")
    return errors.FINE


def _tell(line: str) -> None:
    print(f"trial-adapter: {line}", file=sys.stderr)


def _as_of(asked: argparse.Namespace) -> date:
    if asked.as_of is not None:
        day: date = asked.as_of
        return day
    zone = settings.load(asked.config, os.environ).hospital.time_zone
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def _listed(names: str | None) -> list[str]:
    """The patients named; an empty list, such as an unset variable of a script, is not everybody."""
    listed = [name.strip() for name in (names or "").split(",") if name.strip()]
    if names is not None and not listed:
        raise UsageError("--patients names nobody. Write ID,ID, or leave it out to judge everybody.")
    return listed


def _whole(asked: argparse.Namespace) -> bool:
    """Whether the tables of the account are shown, too."""
    return bool(asked.summary) or sys.stderr.isatty()


def _write(made: pipeline.Lines, out: Path | None) -> tuple[Counter[str], Answers]:
    """Write the lines as they come, and count the decisions and the answers."""
    decided, answers = Counter[str](), Answers()
    try:
        stream = sys.stdout if out is None else out.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"--out {out}: cannot be written ({error.strerror}). Name a file in a folder that exists."
        ) from None
    try:
        for line in made:
            decided[line.standing] += 1
            answers.add(line.answers)
            stream.write(line.text + "\n")
    finally:
        if out is not None:
            stream.close()
    return decided, answers


def _fine_or_partial(came: Came, prepared: pipeline.Screen) -> int:
    missing = came.missing(prepared)
    if missing is None:
        return errors.FINE
    _tell(missing)
    return errors.PARTIAL


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "screen": screen,
    "explain": explain,
    "aside": aside,
    "assure": assure,
    "document": document,
    "run": run,
    "check": check,
    "serve": serve,
    "demo": demo,
    "key": key,
}
