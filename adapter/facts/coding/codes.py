"""What a code, a name or a text means: codings in, concepts out, each question answered once and remembered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from adapter.facts.coding.drug_names import NameFinder
from adapter.facts.coding.unmapped import Coding
from adapter.study.codelists import Codelists, Line, exact, fold, heading

# What sort of rows each reader looks at. A hospital writes procedures among its conditions too, never the reverse.
READS: dict[str, frozenset[str]] = {
    "observation": frozenset({"lab", "vital", "observation", "score", "finding", "attestation"}),
    "condition": frozenset({"condition", "procedure"}),
    "procedure": frozenset({"procedure"}),
    "drug": frozenset({"drug"}),
}
READS["any"] = frozenset().union(*READS.values())
WORDS = frozenset({"finding", "attestation"})
CAUSES = frozenset({"another", "own"})  # a finding is put down to another cause, or to the disease itself
RESPONSES = frozenset({"inadequate", "intolerance", "relapse"})
ANY = "*"  # in place of a concept: a response, whatever was asked
LONGEST_CODE = 64  # of a classification; in a longer text every beginning would be tried
REMEMBERED = 1 << 17


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that a record speaks of, with what the codelist or the hospital says besides."""

    concept: str
    display: str = ""
    unit: str | None = None  # what this hospital means where a result carries no unit
    is_word: bool = False  # a person's answer, not a measurement
    sex: str = ""  # the only sex this row speaks of
    drug: str = ""  # the drug, where the concept is its class
    local: bool = False  # the hospital names a form that stays where it is put


@dataclass(frozen=True, slots=True)
class _Row:
    match: Match
    kinds: frozenset[str]
    text: str = ""  # must stand in the text; `!x`: must not; `&`: both


class Codes:
    """The codelists, turned into questions that can be asked a hundred thousand times."""

    def __init__(self, lists: Codelists) -> None:
        self._lists = lists
        self._kinds = _kinds_of(lists)
        self._coded: dict[tuple[str, str], list[_Row]] = {}
        self._prefixed: dict[str, dict[str, list[_Row]]] = {system: {} for system in lists.prefixed}
        self._texts: dict[str, list[_Row]] = {}
        self._named: dict[str, dict[tuple[str, str], list[_Row]]] = {}  # texts beside the hospital's codes, by code
        self._routes = [(_route_pattern(line), lists.canonical(line["system"])) for line in lists.routes]
        self._index()
        self._names = NameFinder(lists.drugs.values())
        self._words = _index_words(lists)
        self._spoken = {lists.canonical(system) for system in lists.systems}
        self._notes = [(re.compile(line["pattern"], re.IGNORECASE), line["meaning"]) for line in lists.notes]
        self.of_coding = lru_cache(REMEMBERED)(self._of_coding)
        self.of_text = lru_cache(REMEMBERED)(self._of_text)

    def __reduce__(self) -> tuple[type[Codes], tuple[Codelists]]:
        # What is remembered cannot travel to another process; the tables can.
        return Codes, (self._lists,)

    def concepts(self, codings: Iterable[object], text: object, *, kind: str) -> tuple[Match, ...]:
        """Return all concepts that the codings mean; where none means anything, those that the texts mean."""
        known = [coding for coding in codings if isinstance(coding, Mapping)]
        texts = [said for said in (text, *(coding.get("display") for coding in known)) if isinstance(said, str)]
        rows = [row for c in known for row in self.of_coding(_text(c.get("system")), _text(c.get("code")), kind)]
        if rows:
            return _unique(row.match for row in rows if _holds(row.text, texts))
        bare = not any(c.get("code") for c in known)
        return _unique(match for said in texts for match in self.of_text(said, kind, bare))

    def wanted(self, system: object, code: object, text: object, *, kind: str = "any") -> bool:
        """Tell whether a coding or a text can mean anything; a cheap question for the door."""
        if self.of_coding(_text(system), _text(code), kind):
            return True
        return isinstance(text, str) and bool(self.of_text(text, kind, True))

    def missed(self, codings: Iterable[Coding]) -> Coding | None:
        """Return the coding that a hospital could map; None where one is known, or of a system of the codelists."""
        listed = [coding for coding in codings if any(coding)]
        coded = [coding for coding in listed if coding.code]
        if any(self._lists.canonical(coding.system) in self._spoken for coding in coded):
            return None
        if not listed or any(self.wanted(*coding) for coding in listed):
            return None
        return next((coding.showable() for coding in coded if coding.plain), Coding())

    def value_word(self, system: str | None, code: str | None, text: str | None, concept: str) -> str | None:
        """Return what a coded or worded result of this concept (ANY: a response) means here, where a table says so."""
        keys = [(self._lists.canonical(system), exact(code))] if code else []
        keys += [("", heading(said)) for said in (code if not system else None, text) if said]
        found = (self._words.get((*key, about)) for key in keys for about in (concept, ""))
        return next((word for word in found if word), None)

    def is_local(self, codings: Iterable[object], texts: Iterable[object]) -> bool:
        """Tell whether a route or form keeps a drug where it is put: skin, eye, nose, lung, joint."""
        known = [coding for coding in codings if isinstance(coding, Mapping)]
        coded = [(self._lists.canonical(c.get("system")), exact(_text(c.get("code"))).casefold()) for c in known]
        said = [fold(text) for text in (*texts, *(coding.get("display") for coding in known)) if isinstance(text, str)]
        for pattern, system in self._routes:
            heard = (code for where, code in coded if where == system) if system else said
            if any(pattern.search(text) for text in heard):
                return True
        return False

    def other_cause(self, notes: Iterable[object]) -> str | None:
        """Return the first note that puts a finding down to another cause."""
        for note in notes:
            if isinstance(note, str) and {*self._meanings(note)} & CAUSES == {"another"}:
                return note.strip()
        return None

    def response(self, reason: str) -> str | None:
        """Return what a reason for stopping a drug says of its effect, in the words of the tables."""
        word = self.value_word(None, None, reason, ANY)
        return word or next((one for one in self._meanings(reason) if one in RESPONSES), None)

    def only_measures(self, texts: Iterable[str]) -> bool:
        """Tell whether what names a drug measures it or speaks of it, and gives none."""
        return any("measured" in self._meanings(text) for text in texts)

    def _meanings(self, text: str) -> list[str]:
        said = fold(text)
        return [meaning for pattern, meaning in self._notes if pattern.search(said)]

    def _index(self) -> None:
        for line in self._lists.entries:
            match = Match(line["concept"], line["display"], None, line["kind"] in WORDS, line["sex"])
            self._add(line, _Row(match, frozenset(line["kind"].split("|")), line["text"]))
        for drug in self._lists.drugs.values():
            for system, code in drug.codes:
                rows = [_Row(match, READS["drug"]) for match in _of_drug(self._lists, drug.id, drug.name)]
                self._coded.setdefault((self._lists.canonical(system), exact(code)), []).extend(rows)
        for line in self._lists.site:
            self._index_site(line)

    def _add(self, line: Line, row: _Row) -> None:
        system = self._lists.canonical(line["system"])
        if system in self._prefixed:
            for part in _parts(line["code"]):
                self._prefixed[system].setdefault(part, []).append(row)
        else:
            self._coded.setdefault((system, exact(line["code"])), []).append(row)

    def _index_site(self, line: Line) -> None:
        concept = self._lists.names[fold(line["concept"])]
        kinds = self._kinds.get(concept, READS["drug"])
        named = line["text"] or line["code"]
        if concept in self._lists.drugs:
            matches = _of_drug(self._lists, concept, self._lists.drugs[concept].name)
        else:
            matches = [Match(concept, named, line["unit"] or None, bool(kinds & WORDS))]
        # A row applies wherever a code is read; only a drug is never a finding, nor a finding a drug.
        reads = READS["drug"] if kinds == READS["drug"] else READS["any"] - READS["drug"]
        local = reads == READS["drug"] and self.is_local((), [line["text"]])
        rows = [_Row(replace(match, local=local), reads) for match in matches]
        text = heading(line["text"])
        if line["code"]:
            key = (self._lists.canonical(line["system"]), exact(line["code"]))
            self._coded.setdefault(key, []).extend(rows)
            self._named.setdefault(text, {}).setdefault(key, []).extend(rows)
        else:
            self._texts.setdefault(text, []).extend(rows)

    def _of_coding(self, system: str, code: str, kind: str) -> tuple[_Row, ...]:
        if not code:
            return ()
        where = self._lists.canonical(system)
        rows = [*self._coded.get((where, exact(code)), ())]
        codes = self._prefixed.get(where)
        if codes is not None:
            rows += [row for part in _parts(code) for row in _longest(codes, part)]
        return tuple(row for row in rows if row.kinds & READS[kind])

    def _of_text(self, text: str, kind: str, bare: bool) -> tuple[Match, ...]:
        """Return what a text means; `bare`: no code stands beside it."""
        said = heading(text)
        rows = self._texts.get(said) or (self._beside_codes(said) if bare and said else [])
        matches = tuple(row.match for row in rows if row.kinds & READS[kind])
        if matches or "drug" not in READS[kind]:
            return matches
        found = self._names.find(text)
        return _unique(match for drug, name in found for match in _of_drug(self._lists, drug, name))

    def _beside_codes(self, text: str) -> list[_Row]:
        """Return what the codes mean that the hospital calls by this name, where they mean the same."""
        meanings = list(self._named.get(text, {}).values())
        same = len({frozenset((row.match.concept, row.match.drug) for row in rows) for rows in meanings}) == 1
        return [row for rows in meanings for row in rows] if same else []


def _route_pattern(line: Line) -> re.Pattern[str]:
    word = fold(line["text_or_code"])
    open_ended = word.endswith("*")
    word = word.rstrip("*")
    if line["system"]:
        return re.compile(rf"^{re.escape(word)}{'' if open_ended else '$'}")
    if not word.isascii():
        return re.compile(re.escape(word))
    return re.compile(rf"(?<![a-z]){re.escape(word)}{'' if open_ended else '(?![a-z])'}(?! ?cap)")


def _kinds_of(lists: Codelists) -> dict[str, frozenset[str]]:
    kinds: dict[str, frozenset[str]] = {}
    for line in lists.entries:
        kinds[line["concept"]] = kinds.get(line["concept"], frozenset()) | frozenset(line["kind"].split("|"))
    return kinds


def _index_words(lists: Codelists) -> dict[tuple[str, str, str], str]:
    words: dict[tuple[str, str, str], str] = {}
    for line in lists.words:
        keys = [("", heading(said)) for said in (line["text"], "" if line["system"] else line["code"]) if said]
        if line["code"] and line["system"]:
            keys.append((lists.canonical(line["system"]), exact(line["code"])))
        for key in keys:
            words.setdefault((*key, lists.names.get(fold(line["concept"]), "")), line["value"])
            if line["value"] in RESPONSES:  # why a drug was stopped: the same code may be the result of a test
                words.setdefault((*key, ANY), line["value"])
    return words


def _of_drug(lists: Codelists, drug: str, name: str) -> list[Match]:
    return [Match(concept, name, drug=drug) for concept in lists.classes_of(drug)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@lru_cache(REMEMBERED)
def _parts(code: str) -> tuple[str, ...]:
    # A dagger pair is two codes: M32.101+N08.5*. Points and blanks carry no meaning.
    bare = re.sub(r"[.\s]", "", unicodedata.normalize("NFKC", code)).upper()
    return tuple(part for part in re.split(r"[+*†‡&/,;、]+", bare) if part)


def _longest(codes: Mapping[str, list[_Row]], code: str) -> Sequence[_Row]:
    for length in range(min(len(code), LONGEST_CODE), 2, -1):
        if rows := codes.get(code[:length]):
            return rows
    return ()


def _holds(condition: str, texts: Sequence[str]) -> bool:
    parts = [part for part in condition.split("&") if part]
    return all(any(part.removeprefix("!") in text for text in texts) is not part.startswith("!") for part in parts)


def _unique(matches: Iterable[Match]) -> tuple[Match, ...]:
    first: dict[tuple[str, str], Match] = {}
    for match in matches:
        key = match.concept, match.drug
        same = first.setdefault(key, match)
        if same is not match:
            first[key] = replace(same, unit=same.unit or match.unit, local=same.local or match.local)
    return tuple(first.values())
