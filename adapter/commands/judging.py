"""The commands that judge and say it, and change nothing: screen, explain, assure, document."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from adapter import assure as assuring
from adapter import errors, pipeline, settings, wiring
from adapter.commands.prepare import as_of, mapped_of, tell
from adapter.document import document as documented
from adapter.errors import SourceError, UsageError
from adapter.explain.foresight import compare
from adapter.explain.recall import recall
from adapter.outputs.answers import Answers
from adapter.outputs.decision_line import as_line
from adapter.outputs.note import as_note
from adapter.outputs.summary import summary
from adapter.progress import untimed
from adapter.study.cases import load_cases, site_cases
from adapter.way_in import Came, WayIn


def screen(asked: argparse.Namespace) -> int:
    """Judge every patient of a source: one decision per line, nothing written anywhere else."""
    mapped, prepared = mapped_of(asked)
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
    came = WayIn(place, mapped, prepared, tell, progress).read(asked.source, wanted)
    records = pipeline.chosen(came.cohort, wanted)
    made = pipeline.lines(records, prepared, as_of(asked), language=asked.lang, workers=asked.workers)
    decided, answers = _write(progress.through("judge", made, "patients", len(records)), asked.out)
    print(summary(came.cohort, decided, answers.as_dict(), came.passed_over, whole=_whole(asked)), file=sys.stderr)
    return _fine_or_partial(came, prepared)


def explain(asked: argparse.Namespace) -> int:
    """Say in words where one patient stands, why, and what would settle it."""
    place = settings.load(asked.config, os.environ)
    mapped, prepared = mapped_of(asked)
    if asked.source is None:
        return _recall(asked, place, prepared)
    came = WayIn(place, mapped, prepared, tell, untimed()).read(asked.source, [asked.patient])
    record = pipeline.chosen(came.cohort, [asked.patient])[0]
    judged = pipeline.judge_one(record, prepared.study, as_of(asked))
    speaker = prepared.speaker(asked.lang, record.person.sex)
    form = as_line if asked.json else as_note
    print(form(judged.decision, judged.settles, prepared.study, speaker).rstrip("\n"))
    return _fine_or_partial(came, prepared)


def _recall(asked: argparse.Namespace, place: settings.Settings, prepared: pipeline.Screen) -> int:
    """Show a decision as it was recorded."""
    if asked.set:
        raise UsageError("explain: --set changes nothing about what was decided. Name a --source to judge anew.")
    day, asked.as_of = asked.as_of, None
    found = recall(place, prepared, asked.patient, day, asked.lang, today=as_of(asked))
    heading = "\n".join(found.heading(prepared, asked.lang, place.hospital.time_zone))
    if not asked.json and found.note is None:
        raise SourceError("this decision was recorded before words were kept. --json shows it as it was recorded.")
    print(heading, file=sys.stderr if asked.json else sys.stdout)
    print(found.decision.line if asked.json else f"\n{found.note}".rstrip("\n"))
    if found.since is not None and not asked.json:
        print("\n" + "\n".join(found.since.lines(prepared, asked.lang)))
    return errors.FINE


def study(asked: argparse.Namespace) -> int:
    """List who would move if another study, or another version of it, were taken live."""
    place, other = settings.load(asked.config, os.environ), asked.other
    asked.study = None
    _, present = mapped_of(asked)
    asked.study = other
    _, coming = mapped_of(asked)
    compared = compare(place, present, coming, as_of(asked))
    for line in compared.lines():
        print(line)
    return errors.FINE


def assure(asked: argparse.Namespace) -> int:
    """Run a study's own cases, and a hospital's with its codes, and show every difference."""
    site, with_codes = mapped_of(asked)
    mapped, plain = mapped_of(asked, with_hospital=False) if site.hospital else (site, with_codes)
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
    mapped, prepared = mapped_of(asked)
    print(documented(prepared.speaker(asked.lang), mapped.codelists), end="")
    return errors.FINE


def _parameters(prepared: pipeline.Screen, language: str) -> int:
    """List every open choice of the protocol, and what it accepts."""
    for parameter in prepared.study.parameters.values():
        confirmed = "confirmed" if parameter.confirmed else "not confirmed by the sponsor"
        print(f"{parameter.id}={parameter.value}\n    {parameter.means[language]}")
        print(f"    accepts {parameter.accepts}; {confirmed}")
    return errors.FINE


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
    tell(missing)
    return errors.PARTIAL
