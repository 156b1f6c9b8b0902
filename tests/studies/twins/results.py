"""Results as a Chinese laboratory gives them: its own codes for positive and negative, its own spelling of numbers."""

import csv
from random import Random
from typing import Any

from adapter.facts.results.wordings import camp
from tests.studies.twins.site import ANY_RESULT, RESULT, Site
from tests.unit.reading import MAPPINGS, UNITS, WORDS

Part = dict[str, Any]

WIDE = {code: chr(code + 0xFEE0) for code in b"0123456789<>=()+-:/"}
SPELT = {
    "positive": ("阳性", "阳性(+)", "阳性（+）", "弱阳性", "＋", "阳性（＋）", "有反应性"),
    "negative": ("阴性", "阴性(-)", "阴性（－）", "－", "未检出", "阴性（—）", "无反应性"),
    "present": ("有", "是", "存在"),
    "absent": ("无", "否", "不存在"),
    "yes": ("是", "有"),
    "no": ("否", "无"),
    "inadequate": ("疗效不佳", "应答不足"),
    "adequate": ("应答充分",),
    "intolerance": ("不耐受",),
    "relapse": ("复发",),
}
ARROWS = {"H": "↑", "L": "↓", "N": "正常", "POS": "阳性", "NEG": "阴性", "HH": "↑↑", "LL": "↓↓"}
SIGNS = {"<": ("<", "＜", "小于"), ">": (">", "＞", "大于"), "<=": ("≤", "<="), ">=": ("≥", ">=")}


def _spellings() -> dict[str, list[tuple[str, str]]]:
    with (MAPPINGS / "unit-aliases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["unit"], row["text"], row["concept"]) for row in csv.DictReader(file)]
    return {unit: [(text, concept) for u, text, concept in rows if u == unit] for unit, _, _ in rows}


SPELLINGS = _spellings()


def word_of(part: Part, concept: str) -> str | None:
    """Return the word that a result is, where it is nothing but a word that counts as no number."""
    value = part.get("valueCodeableConcept", {})
    said = WORDS.read_codings(value.get("coding", []), UNITS.canonical(concept))
    text = part.get("valueString", value.get("text"))
    if text is not None and not said.word:
        said = WORDS.read(text, UNITS.canonical(concept))
        if said.rest.strip():
            return None
    return said.word if said.word in SPELT and said.value is None and not said.contradictory else None


def local_result(part: Part, concept: str, site: Site, random: Random) -> str:
    """Rewrite a result in the hospital's codes; return the unit that its row has to carry."""
    if word := word_of(part, concept):
        _clear(part)
        part |= _local_word(word, concept, site, random)
        return ""
    if quantity := part.get("valueQuantity"):
        unit = quantity.get("code") or quantity.get("unit") or ""
        if unit and UNITS.named(concept, unit):
            _without_units(part)
            return unit
    return ""


def worded_result(part: Part, concept: str, random: Random) -> None:
    """Rewrite a result as text and numbers alone."""
    if word := word_of(part, concept):
        _clear(part)
        spelt = random.choice([text for text in SPELT[word] if _still(text, word, concept)])
        part |= random.choice(({"valueString": spelt}, {"valueCodeableConcept": {"text": spelt}}))
    elif isinstance(part.get("valueString"), str):
        part["valueString"] = part["valueString"].translate(WIDE)
    elif "valueQuantity" in part:
        _worded_quantity(part, concept, random)
        for limits in part.get("referenceRange", []):
            _worded_limits(limits, random)
    for flag in part.get("interpretation", []):
        codes = [coding["code"] for coding in flag.get("coding", [])]
        if len(codes) == 1 and codes[0] in ARROWS:
            flag.pop("coding")
            flag["text"] = ARROWS[codes[0]]


def _still(text: str, word: str, concept: str) -> bool:
    said = WORDS.read(text, UNITS.canonical(concept))
    return said.word is not None and camp(said.word) == camp(word) and said.value is None


def _local_word(word: str, concept: str, site: Site, random: Random) -> Part:
    ways = ["own", "any", "text", "bare"] + (["boolean"] if word in {"yes", "no", "present", "absent"} else [])
    way = random.choice(ways)
    if way == "boolean":
        return {"valueBoolean": word in {"yes", "present"}}
    if way == "own":
        return {"valueCodeableConcept": {"coding": [{"system": RESULT, "code": site.value(concept, word)}]}}
    if way == "any":
        code = f"J{sorted(SPELT).index(word)}"
        site.any_value(code, "", word)
        return {"valueCodeableConcept": {"coding": [{"system": ANY_RESULT, "code": code, "display": "结果"}]}}
    text = f"{SPELT[word][0]}结果" if way == "text" else f"R{sorted(SPELT).index(word)}"
    site.any_value("", text, word)
    return {"valueString": text}


def _worded_quantity(part: Part, concept: str, random: Random) -> None:
    quantity = part["valueQuantity"]
    unit = quantity.get("code") or quantity.get("unit") or ""
    scale = UNITS.named(concept, unit) if unit else None
    fitting = [text for text, of in SPELLINGS.get(unit, []) if UNITS.named(concept, text) == scale]
    said = random.choice([text for text in (*fitting, unit) if text[0] not in "1{"] or [""])
    for bound in (b for limits in part.get("referenceRange", []) for b in (limits.get("low"), limits.get("high"))):
        if bound and bound.get("code", bound.get("unit")) == unit:
            bound.pop("code", None), bound.pop("system", None)
            bound["unit"] = said
    sign = quantity.get("comparator")
    if random.random() < 0.5:
        quantity.pop("code", None), quantity.pop("system", None)
        quantity["unit"] = said
        return
    gaps = (" ",) if said[:1].isdigit() else ("", " ")  # 186 10^9/L, but never 18610^9/L
    number = str(quantity["value"]).translate(WIDE if random.random() < 0.3 else {})
    _clear(part)
    part["valueString"] = f"{random.choice(SIGNS[sign]) if sign else ''}{number}{random.choice(gaps)}{said}"


def _worded_limits(limits: Part, random: Random) -> None:
    low, high = limits.get("low"), limits.get("high")
    if (low and low.get("code")) or (high and high.get("code")) or random.random() < 0.5:
        return  # a limit in another unit than the value keeps it
    unit = random.choice(("", (low or high).get("unit", "")))
    if low and high:
        text = f"{low['value']}{random.choice(('-', '--', '～', '－'))}{high['value']}"
    else:
        text = f"≥{low['value']}" if low else f"≤{high['value']}"
    limits.clear()
    limits["text"] = f"{text} {unit}".strip()


def _without_units(part: Part) -> None:
    bounds = [bound for limits in part.get("referenceRange", []) for bound in (limits.get("low"), limits.get("high"))]
    own = part["valueQuantity"].get("code") or part["valueQuantity"].get("unit")
    for quantity in [part["valueQuantity"], *(b for b in bounds if b and (b.get("code") or b.get("unit")) == own)]:
        for name in ("unit", "code", "system"):
            quantity.pop(name, None)


def _clear(part: Part) -> None:
    for name in [name for name in part if name.startswith("value")]:
        del part[name]
