"""Study variables in words: where each is found, which values count, how old they may be, what silence means."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.document.markdown import code, codes, table
from adapter.screening.model import Kind
from adapter.screening.study import Variable, Window
from adapter.words.tongue import Tongue


def data(tongue: Tongue, variables: Iterable[Variable]) -> list[str]:
    """A table of what is read."""
    heads = [tongue.phrase("document", key) for key in ("what", "read_from", "counts", "silence")]
    alike: dict[tuple[str, str, str], dict[str, None]] = {}
    for variable in variables:
        named = f"{variable.label[tongue.language]} {codes(variable.concepts)}".strip()
        alike.setdefault(_reading(tongue, variable), {})[named] = None
    return table(heads, ([tongue.join(named), *reading] for reading, named in alike.items()))


def _reading(tongue: Tongue, variable: Variable) -> tuple[str, str, str]:
    """How a variable is read, whatever it is."""
    because = tongue.phrase("because", variable.absent_because.value)
    silence = tongue.phrase("absence", variable.absence, because=because)
    return ", ".join(variable.resources), tongue.join(_counting(tongue, variable)), silence


def _counting(tongue: Tongue, variable: Variable) -> list[str]:
    """Which of its facts count, in the order in which they are chosen."""
    said = [tongue.phrase("pick", variable.pick.value), *window(tongue, variable.window)]
    said += [tongue.phrase("course", variable.course)] if variable.course != "any" else []
    keys = {
        "systemic": variable.only_systemic,
        "at_least_days": variable.at_least_days > 0 and variable.daily_dose is None,
        "daily_dose": variable.daily_dose is not None,
        "dated_by_end": variable.dated_by == "end",
        "dated_by_newest": variable.dated_by == "newest",
        "among": bool(variable.among),
        "prefer": bool(variable.prefer),
        "only_words": bool(variable.only_words),
        "closed_by": bool(variable.closed_by),
        "unit": variable.unit is not None,
        f"scale_{variable.scale.by}": Kind.RESULT in variable.kinds and _scaled(tongue, variable),
        f"undated_{variable.undated}": variable.pick.value != "age" and Kind.WORD not in variable.kinds,
    }
    filled = {
        "days": max(variable.at_least_days, 1),
        "dose": variable.daily_dose,
        "among": codes(variable.among),
        "prefer": codes(variable.prefer),
        "words": codes(variable.only_words),
        "closed_by": code(variable.closed_by),
        "unit": code(variable.unit or ""),
        "from": variable.scale.positive_from,
        "below": variable.scale.negative_below,
        "above": variable.scale.above,
    }
    return [*said, *(tongue.phrase("counting", key, **filled) for key, holds in keys.items() if holds)]


def _scaled(tongue: Tongue, variable: Variable) -> bool:
    """Whether a rule asks the variable for a word, so that it matters how a number becomes one."""
    compared = (rule.compare for rule in tongue.study.rules.values() if rule.compare is not None)
    return any(asked.variable == variable.id and asked.words for asked in compared)


def window(tongue: Tongue, fresh: Window) -> list[str]:
    """How old a fact may be; nothing where it may be of any age."""
    said = []
    if fresh.anchor:
        filled = {"days": fresh.days, "anchor": codes(fresh.anchor), "anchor_days": fresh.anchor_days}
        said.append(tongue.phrase("window", "anchored", **filled))
    elif fresh.years is not None:
        said.append(tongue.phrase("window", "years", years=fresh.years))
    elif fresh.days is not None:
        said.append(tongue.phrase("window", "days" if fresh.inclusive else "days_exclusive", days=fresh.days))
    if fresh.unknown_days is None:
        said.append(tongue.phrase("window", "older_unknown"))
    elif fresh.unknown_days:
        said.append(tongue.phrase("window", "unknown_to", days=fresh.unknown_days))
    return said
