"""What is found at one door, and how all of it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from adapter import errors
from adapter.errors import AdapterError

GRAVEST_FIRST = (errors.SETTINGS, errors.STUDY, errors.OUR_FAULT, errors.SOURCE, errors.OUTPUT, errors.PARTIAL)

READY = "ready: a run would work; `trial-adapter run --dry-run --summary` tries one, and tells nobody"


@dataclass(frozen=True)
class Finding:
    """What was found at one door; an exit code other than 0 keeps a run from working.

    `instead`: what the adapter does where the server cannot. `ask`: what to ask its vendor. `paste`: lines for a file.
    """

    about: str
    says: str
    to_do: str = ""
    exit_code: int = errors.FINE
    counts: dict[str, int] = field(default_factory=dict)
    instead: str = ""
    ask: str = ""
    paste: tuple[str, ...] = ()

    def __str__(self) -> str:
        mark = "FAULT" if self.exit_code else "note " if self.to_do or self.ask else "fine "
        return f"{mark} {self.about}: {self.says}" + (f" {self.to_do}" if self.to_do else "")

    def asking(self, ask: str) -> Finding:
        """Return the finding with what to ask the vendor."""
        return replace(self, ask=ask)


def fault_of(about: str, fault: AdapterError, code: int | None = None) -> Finding:
    """Return what was raised as a finding: it says itself what to do."""
    return Finding(about, str(fault), exit_code=fault.exit_code if code is None else code)


def told(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Print each finding as it comes, or all as one JSON object; return the exit code."""
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        if not as_json:
            _say(str(finding))
    codes = {finding.exit_code for finding in found}
    code = next((one for one in GRAVEST_FIRST if one in codes), errors.FINE)
    if as_json:
        whole = {"exit_code": code, "findings": [asdict(finding) for finding in found]}
        _say(json.dumps(whole, ensure_ascii=False))
    else:
        for line in _summed_up(found):
            _say(line)
        _say(READY if code == errors.FINE else f"not ready: mend each FAULT (exit code {code})")
    return code


def _summed_up(found: Sequence[Finding]) -> Iterator[str]:
    """Yield what is best read in one place: what is done instead, what to ask, what to paste."""
    lists = {
        "What the adapter does instead, of its own accord:": [(one.about, one.instead) for one in found if one.instead],
        "What to ask the vendor of the FHIR server, or IT:": [(one.about, one.ask) for one in found if one.ask],
    }
    for title, items in lists.items():
        if items:
            yield from ("", title, *(f"  {about}: {text}" for about, text in items))
    for one in found:
        if one.paste:
            yield from ("", "To paste into codes.csv of the hospital; fill in `concept` where it matters:", *one.paste)
    if any(one.instead or one.ask or one.paste for one in found):
        yield ""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()  # the next door may take a minute
