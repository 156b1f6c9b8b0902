"""Whom a study is asked about at one hospital: the ways to its patients, without those who opted out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import SettingsError
from adapter.facts.coding.codes import Codes
from adapter.facts.decode import Unreadable, decode
from adapter.facts.read.persons import reached
from adapter.fhir.errors import EndedEarly, Trouble
from adapter.pull.doubt import Doubt
from adapter.pull.pulled import Pulled
from adapter.screening.study import Study
from adapter.settings.model import Population as Place
from adapter.sources.hospital import Asked, Hospital
from adapter.study.codelists import Codelists, tokens

FORBIDDEN = 403
Fall = Callable[[str, Collection[str], Collection[str]], Doubt | None]


def asked_of(study: Study, codelists: Codelists) -> Asked:
    """The codes that the study's population is asked for by; of its patients, all Observations.

    Asking for Observations by code would miss results that stand in a component of a panel, or under a text alone.
    """
    return Asked(tokens(codelists, study.population), (), _known_codes(codelists))


def _known_codes(codelists: Codelists) -> str:
    """What tells whether the same codes and texts are known: the hospital's, the study's and the shared ones."""
    aliases, prefixed = sorted(codelists.systems.items()), sorted(codelists.prefixed)
    known = [codelists.entries, codelists.drugs, codelists.classes, aliases, prefixed, codelists.site]
    return hashlib.sha256(json.dumps(known, sort_keys=True, default=repr).encode()).hexdigest()


def in_part(trouble: Trouble, *, came: bool) -> bool:
    """Whether the server gave or refused a part, instead of nothing at all; `came`: something came before."""
    return came or trouble.status == FORBIDDEN or isinstance(trouble, EndedEarly)


@dataclass(frozen=True)
class Population:
    """The ways that the settings name, on one server."""

    source: Hospital
    place: Place
    study: Study
    codes: Codes
    known: frozenset[str] = frozenset()  # who was in it before

    def listed(self) -> set[str]:
        """The union of the ways, with all records of each person, without those who opted out or are gone.

        Raises Trouble where it is listed in part.
        """
        members: set[str] = set().union(*(self._by_way(way) for way in self.place.ways))
        return self.persons(members, self.opted_out())

    def persons(self, members: set[str], out: Collection[str] = ()) -> set[str]:
        """These patients with the records merged into theirs or theirs into; who is out, is out under each of them."""
        found, said = set[str](), dict[str, set[str]]()
        asked, more = set[str](), members
        while more:
            asked |= more
            there = self.source.present(more)
            found |= {*there}
            # Who calls somebody who is out the same person is found by their own record: nobody is asked for it.
            for key, others in (*there.items(), *self.source.naming({*there} - {*out}).items()):
                for other in others:
                    said.setdefault(key, set()).add(other)
                    said.setdefault(other, set()).add(key)
            more = {*said} - asked
        return found - reached(out, said)  # whoever is called the same person as one who is out

    def opted_out(self) -> set[str]:
        """Who is in no population, whatever the server says."""
        if not self.place.opted_out_file:
            return set()
        names = set(_roster(self.place.opted_out_file, "opted_out_file"))
        return self.source.by_names(names) | {as_key(name) for name in names}

    def _by_way(self, way: str) -> set[str]:
        if way == "conditions":
            return self.source.by_conditions()
        if way == "scan":
            return self.source.by_scan(self._of_study)
        if way == "export":
            return self.source.by_export(self._of_study, self.known)
        if way == "patients":
            return self.source.by_names(_roster(self.place.patients_file, "patients_file"))
        if way == "group" and self.place.group:
            return self.source.by_group(self.place.group)
        raise SettingsError("[population] group: is missing, and ways names it. Write Group/ID or List/ID.")

    def _of_study(self, raw: bytes) -> bool:
        """Whether a Condition is one that the study's population is known by."""
        try:
            code = decode(raw).get("code")
        except Unreadable:
            return False
        code = code if isinstance(code, dict) else {}
        codings = code.get("coding") if isinstance(code.get("coding"), list) else []
        found = self.codes.concepts(codings or [], code.get("text"), kind="condition")
        return any(match.concept in self.study.population for match in found)


def as_key(name: str) -> str:
    """A patient as a reference, who may be named with or without `Patient/`."""
    return name if name.startswith("Patient/") else f"Patient/{name}"


def _roster(file: Path | None, setting: str) -> Iterable[str]:
    """The names in a file, one a line; what follows a # is a remark."""
    if file is None:
        raise SettingsError(f"[population] {setting}: is missing, and ways names it. Name a file with one id a line.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"[population] {setting}: {file} cannot be read ({error.strerror}).") from None
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def members_of(whom: Population, known: set[str], pulled: Pulled, fall: Fall) -> set[str]:
    """The population; where the server listed a part of it only, the one `known` before: nobody leaves by that.

    Where it fell too far, nobody leaves but who opted out, which a person said. What is in doubt is among the troubles
    of the pull. Raises Trouble where nothing came at all.
    """
    source = whom.source
    try:
        listed = whom.listed()
        doubt = fall("population", known, known - listed)
        kept = known - whom.opted_out() if doubt else set[str]()
    except Trouble as trouble:
        if not in_part(trouble, came=source.answered):
            raise
        pulled.troubles["Condition"] = trouble
        return known
    pulled.unheeded(f"population ({source.strangers} others came)", source.listing.unheeded)
    doubt = doubt and fall("population", kept, kept - listed)
    if doubt is None:
        return listed
    pulled.troubles["Patient"] = doubt
    return listed | kept
