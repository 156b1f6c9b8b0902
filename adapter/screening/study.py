"""A study as data: variables, rules, scores and criteria, read from files elsewhere and frozen here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from adapter.screening.model import Answer, Because, Kind


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the two languages of the investigators."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


NO_TEXT = Text("", "")


class PickKind(StrEnum):
    """How a variable chooses among its facts. A closed list."""

    LATEST = "latest"
    EARLIEST = "earliest"
    ANY = "any"
    HIGHEST = "highest"
    LOWEST = "lowest"
    OCCASIONS = "occasions"
    CHANGE = "change"
    EXPOSURE = "exposure"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Window:
    """How fresh a fact must be: 0 <= index date - date <= days.

    `years` counts calendar years instead. `inclusive` False leaves the last day out. With `anchor` the window reaches
    back from the newest usable fact of those concepts (itself at most `anchor_days` old) and ends on the index date.
    `unknown_days` is a wider window in which a fact supports an unknown: None means for ever, 0 not at all.
    """

    days: int | None = None
    years: int | None = None
    inclusive: bool = True
    anchor: tuple[str, ...] = ()
    anchor_days: int = 0
    unknown_days: int | None = 0


@dataclass(frozen=True, slots=True)
class WordScale:
    """How a number becomes positive or negative where the report has no word for it.

    `by` is `range` (above the report's upper limit is positive), `flag` (the laboratory's own flag only),
    `detectable` (any measured amount above the report's limit; `<` is not detected), `limits` (from `positive_from`
    positive, below `negative_below` negative) or `above` (that is positive, all else negative). The report's own range
    comes before the last two, which hold on the scale of the variable's unit only.
    """

    by: Literal["range", "flag", "detectable", "limits", "above"] = "range"
    positive_from: Decimal | None = None
    negative_below: Decimal | None = None
    above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing the study wants to know of a patient."""

    id: str
    label: Text
    pick: PickKind
    concepts: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    resources: tuple[str, ...] = ()  # the resource types that can hold it: an incomplete one leaves it unknown
    window: Window = Window()
    among: tuple[str, ...] = ()  # the newest day is found among these concepts, a form counts as a whole
    prefer: tuple[str, ...] = ()  # on one day, the first concept that decides wins
    course: Literal["any", "open", "in_progress", "no_end", "ended"] = "any"  # of what has a beginning and an end
    only_words: tuple[str, ...] = ()  # facts that say one of these words
    closed_by: str = ""  # a variable whose later negative result closes what was recorded before it
    only_systemic: bool = False  # drugs given into the eye or onto the skin do not count
    at_least_days: int = 0  # an exposure that lasted fewer days does not count
    daily_dose: Decimal | None = None  # reached on so many days of the window, all drugs together, in their equivalents
    begun_after_days: int = 0  # a drug of which nothing went on in so many days before; 0: any exposure
    undated: Literal["sure", "unknown", "drop"] = "unknown"
    dated_by: Literal["start", "end", "newest"] = "start"
    absence: Literal["unknown", "no", "policy"] = "unknown"
    absent_because: Because = Because.NO_RESULT
    scale: WordScale = WordScale()
    unit: str | None = None  # limits hold on this scale only


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question to one variable. Exactly one of the groups is set."""

    variable: str
    words: tuple[str, ...] = ()
    below: Decimal | None = None
    at_most: Decimal | None = None
    above: Decimal | None = None
    at_least: Decimal | None = None
    reference: Literal["below", "above"] | None = None
    times: Decimal | None = None  # of the report's limit
    reached: bool = False  # reaching `times` the limit is enough
    without_reference: Decimal | None = None  # below/above this without a range is met, else unknown
    recorded: bool = False
    risen_by: Decimal | None = None  # with `above`: new, or risen by more than this
    back_days: int = 0
    against: Literal["newest_earlier", "lowest_recent"] = "newest_earlier"  # which earlier value it has risen from
    days: int = 1  # on so many distinct days
    apart_days: int = 0
    single_is: Literal["unknown", "not_met"] = "unknown"
    negative_word: Literal["unknown", "not_met"] = "unknown"
    positive_word: Literal["unknown", "met"] = "unknown"
    attributable: Literal["", "counts", "explicit"] = ""
    supports: Literal["met", "unknown"] = "met"  # what it shows at most when it says yes
    never: Literal["not_met", "unknown"] = "not_met"  # what measured and never found means
    rounded: bool = False  # to whole numbers first
    doubtful: Literal["unknown", "met"] = "unknown"  # a reading that may lie in the window
    needs_all: tuple[str, ...] = ()  # not met only when each of these concepts was read


@dataclass(frozen=True, slots=True)
class Rule:
    """One level of logic under an id of its own: the id's sentence is the explanation."""

    id: str
    form: Literal["compare", "all_of", "any_of", "none_of", "table", "word", "doubted", "reads", "score"]
    of: tuple[str, ...] = ()
    enough_absent: int = 0  # of any_of: so many that are not met make it not met, whatever the rest would say
    compare: Comparison | None = None
    met_when: tuple[str, ...] = ()
    not_met_when: tuple[str, ...] = ()
    record: str = ""
    word: str = ""
    word_wins: bool = False
    doubted_by: tuple[str, ...] = ()
    counts: tuple[Answer, ...] = ()  # of another rule: these answers are met, the others not met
    because: Because = Because.INDETERMINATE  # why, when no line of a table speaks
    score: str = ""
    at_least: int = 0
    notes: tuple[tuple[Answer, str], ...] = ()  # a remark of the catalogue for each answer that wants one
    hints: tuple[tuple[Answer, tuple[str, ...]], ...] = ()  # on this answer the notes of those rules are shown too
    chosen_by: str = ""  # the parameter that chose what this rule asks

    @property
    def asks(self) -> tuple[str, ...]:
        """The rules that this rule asks directly."""
        named = tuple(name for name in (self.record, self.word) if name)
        hinting = [name for _, names in self.hints for name in names]
        return (*self.of, *self.met_when, *self.not_met_when, *named, *self.doubted_by, *hinting)


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a score; `group` items give only their highest."""

    id: str
    weight: int
    rule: str
    label: Text
    group: str = ""
    bedside: bool = False
    definition: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A score without some of its items."""

    id: str
    label: Text
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Items with weights; a stated total narrows the sum of the items."""

    id: str
    label: Text
    items: tuple[ScoreItem, ...]
    parts: tuple[ScorePart, ...] = ()
    stated: str = ""
    entry: str = ""
    reported: bool = True
    counted_in: Text = Text("points", "分")
    reading: Text = NO_TEXT
    source: str = ""
    groups: Mapping[str, Text] = field(default_factory=dict)  # what the groups of its items are called


@dataclass(frozen=True, slots=True)
class Criterion:
    """A sentence of the protocol and the rule that answers it."""

    id: str
    category: Literal["inclusion", "exclusion"]
    sentence: Text
    rule: str
    parts: tuple[str, ...] = ()
    part_of: str = ""
    reading: Text = NO_TEXT  # how we understand the sentence


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the record would hold once somebody had done a thing: facts dated on the index date, concepts withdrawn.

    Each added fact is (concept, kind, word, number, low, high); None where there is nothing.
    """

    add: tuple[tuple[str, Kind, str | None, Decimal | None, Decimal | None, Decimal | None], ...] = ()
    withdraw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """A thing a person can obtain, what it costs, and what a good and a bad answer would put on record."""

    id: str
    do: Literal["ask", "examine", "order", "repeat", "map"]
    what: Text
    says: Text
    cost: int
    good: Hypothesis
    bad: Hypothesis
    when: tuple[str, ...] = ()  # offered while one of these rules is unknown
    watches: tuple[str, ...] = ()  # concepts whose old results make it `repeat` and whose unmapped ones make it `map`
    correction: bool = False  # mends the record; offered only when nothing that adds to it settles
    touches: tuple[str, ...] = ()  # the variables that an answer can change
    rules: frozenset[str] = frozenset()  # the rules that rest on those
    bears_on: tuple[str, ...] = ()  # and the criteria


@dataclass(frozen=True, slots=True)
class Derivation:
    """A fact computed from another fact and the person by a named equation."""

    concept: str
    equation: str
    source: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """An open choice of the protocol: what was assumed, what else it could be, who said so."""

    id: str
    value: str
    default: str
    accepts: str
    criterion: str = ""  # whose answers it moves, comma between
    means: Text = NO_TEXT
    alternatives: Text = NO_TEXT
    source: Text = NO_TEXT
    confirmed: bool = False


LenientStatus = Literal["preliminary", "medication_unknown"]  # leaves a fact in doubt, unless a study believes it


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that judging needs, with all parameters spent."""

    id: str
    title: Text
    registry: str
    variables: Mapping[str, Variable]
    rules: Mapping[str, Rule]
    scores: Mapping[str, Score]
    criteria: tuple[Criterion, ...]
    flag_rule: str
    settlements: tuple[Settlement, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    population: tuple[str, ...] = ()
    reported: Mapping[str, str] = field(default_factory=dict)  # name in the output -> variable
    units: Mapping[str, str] = field(default_factory=dict)  # concept -> canonical unit
    names: Mapping[str, Text] = field(default_factory=dict)  # of the drugs, by their id
    presume_absence: bool = False
    leap_birthday: Literal["1 March", "28 February"] = "1 March"
    partial_birth: Literal["interval", "1 July"] = "interval"
    lenient_statuses: frozenset[LenientStatus] = frozenset()

    def score_of(self, name: str) -> Score:
        """The score of this id, or the one that has a part of this id."""
        return next(s for s in self.scores.values() if name in {s.id, *(part.id for part in s.parts)})
