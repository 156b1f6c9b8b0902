"""Reads codelists: which codes, names and texts mean which concept; shared, the study's own and the hospital's."""

from __future__ import annotations

import csv
import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from adapter.errors import StudyError, did_you_mean

OWN_SYSTEM = "https://trial-adapter.example/fhir/CodeSystem/concepts"
NAMED = ("http://", "https://", "urn:")  # systems that a server knows by name
KINDS = frozenset({"lab", "vital", "observation", "score", "finding", "attestation", "condition", "procedure"})
BRACKETS = str.maketrans("[]{}【】〔〕〖〗《》", "()" * 6)
BLANK = re.compile(r" (?![a-z0-9])|(?<![a-z0-9]) ")  # a blank parts nothing but Latin words and numbers
MARKS = re.compile(r"^[*#★☆▲△●◆]+|\((?:急|急诊|加急|急查|stat)\)")  # of accreditation, of urgency
MANGLED = re.compile(r"\d(?:\.\d+)?E\+\d+")
# A table is known by its columns, not by its file's name: the first line that is contained in the header decides.
TABLES: Mapping[str, frozenset[str]] = {
    "entries": frozenset({"concept", "kind", "system", "code"}),
    "drugs": frozenset({"drug", "name", "names"}),
    "classes": frozenset({"class", "drug"}),
    "site": frozenset({"system", "code", "text", "concept"}),
    "systems": frozenset({"system", "means"}),
    "routes": frozenset({"text_or_code", "system"}),
    "notes": frozenset({"pattern", "meaning"}),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, and where it stands."""

    file: Path
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, what: str) -> StudyError:
        """Return an error that names the file and the line."""
        return StudyError(f"{self.file}, line {self.number}: {what}")


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug with every name and code by which a record may call it; a name `*x` is any name that ends in x."""

    id: str
    name: str
    names: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]

    @property
    def chinese(self) -> str:
        """Return the first of its names that is Chinese, or its name where none is."""
        return next((name for name in self.names if re.match("[\u3400-\u9fff]", name)), self.name)


@dataclass(frozen=True)
class Codelists:
    """All that codes and texts can mean at this hospital for this study."""

    entries: tuple[Line, ...] = ()
    drugs: Mapping[str, Drug] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # class -> drugs
    systems: Mapping[str, str] = field(default_factory=dict)  # spelling -> the one we use
    declared: tuple[str, ...] = ()  # the systems that the hospital names as its own
    prefixed: frozenset[str] = frozenset()
    site: tuple[Line, ...] = ()  # the hospital's codes
    words: tuple[Line, ...] = ()  # what coded or worded results mean: the hospital's first, then the shared ones
    routes: tuple[Line, ...] = ()
    notes: tuple[Line, ...] = ()  # what free text beside a finding or a drug says

    def canonical(self, system: object) -> str:
        """Return the one spelling of a system that all its aliases share."""
        key = system_key(system)
        seen = {key}
        while (key := self.systems.get(key, key)) not in seen:
            seen.add(key)
        return key

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Return every word that a hospital may write for a concept, with the concept."""
        names = {fold(name): drug.id for drug in self.drugs.values() for name in (drug.name, *drug.names)}
        names |= {fold(line["code"]): line["concept"] for line in self.entries if line["system"] == OWN_SYSTEM}
        names |= {
            fold(word): word for word in (*self.drugs, *self.classes, *(line["concept"] for line in self.entries))
        }
        return names

    def classes_of(self, drug: str) -> tuple[str, ...]:
        """Return the classes that a drug belongs to, or the drug itself where it is in none."""
        return tuple(name for name, drugs in self.classes.items() if drug in drugs) or (drug,)


def fold(text: str) -> str:
    """Return a text without what people vary without meaning it: width, case, blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def exact(code: str) -> str:
    """Return a code as it is compared: its width and case and the blanks around it do not count."""
    return unicodedata.normalize("NFKC", code).strip().upper()


@lru_cache(1 << 16)
def heading(text: str) -> str:
    """Return the name of a test or a diagnosis without what hospitals vary: brackets, blanks, marks, `(急)`."""
    said = BLANK.sub("", fold(text).translate(BRACKETS))
    return MARKS.sub("", said) or said


def system_key(system: object) -> str:
    """Return a system without version, scheme, `www.`, final slash and case."""
    if not isinstance(system, str):
        return ""
    bare = system.strip().split("|", 1)[0].rstrip("/").casefold()
    return re.sub(r"^(?:https?://(?:www\.)?|urn:oid:)", "", bare)


def load_codelists(folders: Iterable[Path], hospital: Path | None = None) -> Codelists:
    """Read all tables of the folders (shared first, then the study's) and the hospital's own."""
    tables: dict[str, list[Line]] = {name: [] for name in TABLES}
    for folder in folders:
        for file in sorted(folder.glob("*.csv")):
            table, lines = _read(file)
            tables[table] += lines
    codes, systems = _read_hospital(hospital)
    spellings = [*tables["systems"], *systems]
    lists = Codelists(
        entries=tuple(tables["entries"]),
        drugs=_drugs(tables["drugs"]),
        classes=_classes(tables["classes"]),
        systems={system_key(line["system"]): system_key(line["means"] or line["system"]) for line in spellings},
        declared=tuple(line["system"] for line in systems),
        prefixed=frozenset(system_key(line["system"]) for line in tables["systems"] if line["match"] == "prefix"),
        site=tuple(line for line in codes if not line["value"]),
        words=tuple(line for line in [*codes, *tables["site"]] if line["value"]),
        routes=tuple(tables["routes"]),
        notes=tuple(tables["notes"]),
    )
    _check_shared(lists, tables["classes"])
    _check_hospital(lists, codes, systems)
    return lists


def _read(file: Path) -> tuple[str, list[Line]]:
    try:
        lines = list(_lines(file))
    except UnicodeDecodeError:
        raise StudyError(f"{file}: not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8).") from None
    except csv.Error as error:
        raise StudyError(f"{file}: no table ({error}).") from None
    header = set(lines[0].cells) if lines else _header(file)
    for table, columns in TABLES.items():
        if columns <= header:
            return table, lines
    if len(header) == 1 and re.search("[;\t]", "".join(header)):
        raise StudyError(f"{file}: no commas in its first line. Save it with commas (in Excel: CSV UTF-8).")
    known = "; ".join(",".join(sorted(columns)) for columns in TABLES.values())
    raise StudyError(f"{file}: its columns ({','.join(sorted(header))}) are those of no table. Known: {known}.")


def _header(file: Path) -> set[str]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return {cell.strip().casefold() for cell in next(csv.reader(stream), [])}


def _lines(file: Path) -> Iterator[Line]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = [cell.strip().casefold() for cell in next(reader, [])]
        for row in reader:
            cells = [cell.strip() for cell in row]
            if len(cells) > len(header):
                raise StudyError(f"{file}, line {reader.line_num}: more cells than columns. Put quotes around a comma.")
            if any(cells):
                yield Line(file, reader.line_num, dict(zip(header, cells, strict=False)))


def _read_hospital(hospital: Path | None) -> tuple[list[Line], list[Line]]:
    if hospital is None:
        return [], []
    if not hospital.exists():
        raise StudyError(f"{hospital}: no such hospital folder. Name a folder that holds codes.csv.")
    files = {"site": hospital, "systems": hospital.parent / "systems.csv"}
    if hospital.is_dir():
        files = {"site": hospital / "codes.csv", "systems": hospital / "systems.csv"}
    if not any(file.is_file() for file in files.values()):
        raise StudyError(f"{hospital}: holds neither codes.csv nor systems.csv. Copy mappings/hospitals/example.")
    read = {wanted: _read_as(wanted, file) for wanted, file in files.items() if file.is_file()}
    site = [line for line in read.get("site", ()) if line["concept"] or line["value"]]  # others mean nothing yet
    return site, read.get("systems", [])


def _read_as(wanted: str, file: Path) -> list[Line]:
    table, lines = _read(file)
    if table != wanted:
        raise StudyError(f"{file}: expected the columns {','.join(sorted(TABLES[wanted]))}.")
    return lines


def _drugs(lines: Sequence[Line]) -> dict[str, Drug]:
    plain = {"drug", "name", "names", "source", "note"}
    drugs = {}
    for line in lines:
        codes = ((system, cell) for system, cell in line.cells.items() if system not in plain)
        drugs[line["drug"]] = Drug(
            id=line["drug"],
            name=line["name"],
            names=tuple(name for name in line["names"].split("|") if name),
            codes=tuple((system, code) for system, cell in codes for code in cell.split("|") if code),
        )
    return drugs


def _classes(lines: Sequence[Line]) -> dict[str, tuple[str, ...]]:
    classes: dict[str, tuple[str, ...]] = {}
    for line in lines:
        member = (line["drug"],) if line["drug"] else ()
        classes[line["class"]] = classes.get(line["class"], ()) + member
    return classes


def _check_shared(lists: Codelists, classes: Sequence[Line]) -> None:
    for line in lists.entries:
        for kind in line["kind"].split("|"):
            if kind not in KINDS:
                raise line.fault(f'no kind "{kind}".{did_you_mean(kind, KINDS)}')
        if system_key(line["system"]) not in lists.systems:
            raise line.fault(
                f'no system "{line["system"]}" in systems.csv.{did_you_mean(line["system"], lists.systems)}'
            )
    for line in classes:
        if line["drug"] and line["drug"] not in lists.drugs:
            raise line.fault(f'no drug "{line["drug"]}".{did_you_mean(line["drug"], lists.drugs)}')


def _check_hospital(lists: Codelists, codes: Sequence[Line], systems: Sequence[Line]) -> None:
    meanings = {line["value"] for line in lists.words if line["source"]}
    for line in codes:
        if not (line["code"] or line["text"]):
            raise line.fault("neither a code nor a text. Fill in one of the two.")
        if (line["concept"] or not line["value"]) and fold(line["concept"]) not in lists.names:
            raise line.fault(f'no concept "{line["concept"]}".{did_you_mean(fold(line["concept"]), lists.names)}')
        if line["value"] and meanings and line["value"] not in meanings:
            raise line.fault(f'no value "{line["value"]}".{did_you_mean(line["value"], meanings)}')
        if MANGLED.fullmatch(line["code"]):
            raise line.fault(f'Excel has rewritten the code "{line["code"]}". Make the column text and enter it again.')
    _check_agreement(lists, codes)
    for line in systems:
        if system_key(line["means"]) not in lists.systems:
            raise line.fault(f'no system "{line["means"]}".{did_you_mean(line["means"], lists.systems)}')


def _check_agreement(lists: Codelists, codes: Sequence[Line]) -> None:
    """One code or text is one result, and one unit, of each concept."""
    first: dict[tuple[str, ...], Line] = {}
    for line in codes:
        about = lists.names.get(fold(line["concept"]), "")
        code = (lists.canonical(line["system"]), exact(line["code"])) if line["code"] else ("", heading(line["text"]))
        for column in ("value",) if line["value"] else ("unit",) if line["unit"] else ():
            other = first.setdefault((column, *code, about), line)
            if other[column] != line[column]:
                named, of = line["code"] or line["text"], f" of {line['concept']}" if line["concept"] else ""
                raise line.fault(
                    f'"{named}"{of} has the {column} "{line[column]}" here and "{other[column]}" in line '
                    f"{other.number}. Keep one of the two."
                )


def tokens(lists: Codelists, concepts: Iterable[str]) -> tuple[str, ...]:
    """Return the search tokens of these concepts, sorted; `sheet.*` stands for all items of a sheet.

    A code of a system that the hospital calls by a name of its own is asked for under that name as well.
    """
    patterns = tuple(concepts)
    lines = [line for line in (*lists.entries, *lists.site) if line["code"] and _wanted(line["concept"], patterns)]
    return tuple(sorted({token for line in lines for token in _tokens_of(line, lists)}))


def _tokens_of(line: Line, lists: Codelists) -> Iterable[str]:
    system, code = line["system"], line["code"].replace("+", "").replace("*", "")
    if system.startswith(NAMED):
        yield f"{system}|{code}"
    for own in lists.declared:
        if own != system and lists.canonical(own) == lists.canonical(system):
            yield f"{own}|{code}"


def _wanted(concept: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(concept, pattern) for pattern in patterns)
