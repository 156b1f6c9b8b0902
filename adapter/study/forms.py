"""The form of a study's files: what may stand in them, and of which type."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapter.screening.model import Answer, Because, Kind
from adapter.screening.study import PickKind

# A century: a window that reaches further would leave the calendar, and nobody means it.
Days = Annotated[int, Field(ge=0, le=36525)]


class Form(BaseModel):
    """An entry that allows only what it names."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class TextForm(Form):
    """One text in both languages; a plain text is the same in both."""

    en: str
    zh: str

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, given: Any) -> Any:
        return {"en": given, "zh": given} if isinstance(given, str) else given


NO_TEXT = TextForm(en="", zh="")


class WindowForm(Form):
    """How fresh a fact must be."""

    days: Days | None = None
    length: str | None = Field(default=None, pattern=r"^P(\d{1,5}D|\d{1,3}Y)$")
    boundary: Literal["inclusive", "exclusive"] = "inclusive"
    anchor: tuple[str, ...] = ()
    anchor_days: Days = 0
    anchored: Literal["newest_form", "index_date"] = "newest_form"
    unknown_days: Days | Literal["ever"] = 0


class ScaleForm(Form):
    """How a number becomes a word."""

    by: Literal["range", "flag", "detectable", "limits", "above"] = "range"
    positive_from: Decimal | None = None
    negative_below: Decimal | None = None
    above: Decimal | None = None
    limits: str | None = Field(default=None, pattern=r"^\d{1,9}(\.\d{1,9})?/\d{1,9}(\.\d{1,9})?$")  # both as one word


class VariableForm(Form):
    """A study variable."""

    label: TextForm
    pick: PickKind
    concepts: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = (Kind.RESULT,)
    window: WindowForm = WindowForm()
    among: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    course: Literal["any", "open", "in_progress", "no_end", "ended"] = "any"
    only_words: tuple[str, ...] = ()
    closed_by: str = ""
    only_systemic: bool = False
    at_least_days: Days = 0
    daily_dose: Decimal | None = Field(default=None, gt=0)
    begun_after_days: Days = 0
    undated: Literal["sure", "unknown", "drop"] = "unknown"
    dated_by: Literal["start", "end", "newest"] = "start"
    absence: Literal["unknown", "no", "policy"] = "unknown"
    absent_because: Because | None = None
    scale: ScaleForm = ScaleForm()
    unit: str | None = None


class RuleForm(Form):
    """A rule: a comparison with a variable or a score, or one level of logic over other rules."""

    variable: str | None = None
    words: tuple[str, ...] = ()
    below: Decimal | None = None
    at_most: Decimal | None = None
    above: Decimal | None = None
    at_least: Decimal | None = None
    reference: Literal["below", "above"] | None = None
    times: Decimal | None = None
    reached: bool = False
    without_reference: Decimal | None = None
    recorded: bool = False
    risen_by: Decimal | None = None
    back_days: Days = 0
    against: Literal["newest_earlier", "lowest_recent"] = "newest_earlier"
    days: Days = 1
    apart_days: Days = 0
    single_is: Literal["unknown", "not_met"] = "unknown"
    negative_word: Literal["unknown", "not_met"] = "unknown"
    positive_word: Literal["unknown", "met"] = "unknown"
    attributable: Literal["", "counts", "explicit"] = ""
    needs_all: tuple[str, ...] = ()
    supports: Literal["met", "unknown"] = "met"
    never: Literal["not_met", "unknown"] = "not_met"
    doubtful: Literal["unknown", "met"] = "unknown"
    rounded: bool = False
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    enough_absent: Literal["all"] | Annotated[int, Field(ge=1)] = "all"
    none_of: tuple[str, ...] = ()
    met_when: tuple[str, ...] = ()
    not_met_when: tuple[str, ...] = ()
    because: Because = Because.INDETERMINATE
    record: str = ""
    word: str = ""
    word_wins: bool = False
    doubted_by: tuple[str, ...] = ()
    counts: tuple[Answer, ...] | None = None
    score: str = ""
    choose: str = ""
    options: dict[str, str] = {}
    notes: dict[Answer, str] = {}
    hints: dict[Answer, tuple[str, ...]] = {}


class CriterionForm(RuleForm):
    """A criterion: a sentence of the protocol with its rule."""

    id: str
    category: Literal["inclusion", "exclusion"]
    sentence: TextForm
    reading: TextForm = NO_TEXT  # how we understand the sentence, for the study's document
    parts: tuple[str, ...] = ()
    part_of: str = ""


class ItemForm(Form):
    """One line of a score."""

    id: str
    weight: int
    label: TextForm
    rule: str = ""
    group: str = ""
    bedside: bool = False
    hints: tuple[str, ...] = ()  # rules whose notes are shown while nobody has looked
    definition: TextForm = NO_TEXT


class PartForm(Form):
    """A score without some of its items."""

    id: str
    label: TextForm
    without: tuple[str, ...]


class SheetForm(Form):
    """The items of a score as a person states them: one variable and one rule for each."""

    prefix: str
    pick: PickKind
    among: tuple[str, ...] = ()
    window: WindowForm = WindowForm()
    undated: Literal["sure", "unknown", "drop"] = "unknown"
    attributable: Literal["", "counts", "explicit"] = ""
    also: dict[str, TextForm] = {}


class ScoreForm(Form):
    """A score with the variables and rules that its items need."""

    id: str
    label: TextForm
    items: tuple[ItemForm, ...]
    counted_in: TextForm = TextForm(en="points", zh="分")
    reading: TextForm = NO_TEXT
    source: str = ""
    groups: dict[str, TextForm] = {}  # what the groups of its items are called
    parts: tuple[PartForm, ...] = ()
    stated: str = ""
    entry: str = ""
    reported: bool = True
    sheet: SheetForm | None = None


class SupposedForm(Form):
    """A fact that a hypothesis lays on record."""

    concept: str
    kind: Kind
    word: str | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


class ThingForm(Form):
    """A thing a person can obtain."""

    id: str
    do: Literal["ask", "examine", "order", "repeat", "map"]
    what: TextForm
    says: TextForm
    cost: int
    when: tuple[str, ...]
    watches: tuple[str, ...] = ()
    correction: bool = False
    withdraw: tuple[str, ...] = ()
    good: tuple[SupposedForm, ...] = ()
    bad: tuple[SupposedForm, ...] = ()


class DeriveForm(Form):
    """A fact that an equation makes of another."""

    concept: str
    equation: Literal["ckd_epi_2021", "ckd_epi_2009"]
    source: str


class UnitForm(Form):
    """Another factor for a unit of a concept."""

    concept: str
    unit: str
    factor: Decimal


class ReadingForm(Form):
    """How the study reads silence, incomplete birth dates and statuses that leave a doubt."""

    absence: Literal["open", "presume"] = "open"
    leap_birthday: Literal["1 March", "28 February"] = "1 March"
    partial_birth: Literal["interval", "1 July"] = "interval"
    preliminary: Literal["unknown", "counts"] = "unknown"
    medication_unknown: Literal["unknown", "exposure"] = "unknown"


class StudyForm(Form):
    """The head of a study."""

    id: str
    registry: str = ""
    title: TextForm
    scores: tuple[str, ...] = ()
    flag_rule: str = ""
    population: tuple[str, ...] = ()
    reported: dict[str, str] = {}
    derive: tuple[DeriveForm, ...] = ()
    reading: ReadingForm = ReadingForm()
    units: dict[str, dict[str, tuple[UnitForm, ...]]] = {}  # parameter -> its word -> other factors


class ParameterForm(Form):
    """An open choice of the protocol."""

    default: str
    accepts: str
    criterion: str = ""
    means: TextForm = NO_TEXT
    alternatives: TextForm = NO_TEXT
    source: TextForm = NO_TEXT
    confirmed: bool = False
