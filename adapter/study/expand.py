"""Spells out what a study's files abbreviate: copies with `like`, and the sheet of a score item by item."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapter.errors import StudyError, did_you_mean
from adapter.study.forms import ScoreForm, TextForm

Tree = dict[str, Any]


def copies(entries: Mapping[str, Tree], file: Path) -> dict[str, Tree]:
    """Give every entry that is `like` another what the other has and it does not name itself."""
    done: dict[str, Tree] = {}

    def whole(name: str, asking: tuple[str, ...]) -> Tree:
        if name in asking:
            raise StudyError(f"{file}, {name}: is like itself, through {' and '.join(asking)}.")
        if name not in done:
            own = dict(entries[name])
            like = own.pop("like", None)
            if like is not None and like not in entries:
                raise StudyError(f'{file}, {name}: no variable "{like}" to be like.{did_you_mean(like, entries)}')
            done[name] = {**(whole(like, (*asking, name)) if like is not None else {}), **own}
        return done[name]

    return {name: whole(name, ()) for name in entries}


def sheet(score: ScoreForm) -> tuple[dict[str, Tree], dict[str, Tree]]:
    """The variables and the rules by which a person's answer to each item is read."""
    form = score.sheet
    if form is None:
        return {}, {}
    labels: dict[str, TextForm] = {item.id: item.label for item in score.items} | form.also
    hints = {item.id: item.hints for item in score.items if item.hints}
    variables: dict[str, Tree] = {}
    rules: dict[str, Tree] = {}
    for item, label in labels.items():
        name = f"{form.prefix}.{item}"
        variables[name] = {
            "label": label.model_dump(),
            "pick": form.pick,
            "kinds": ["word"],
            "concepts": [name],
            "among": form.among,
            "window": form.window.model_dump(),
            "undated": form.undated,
            "absent_because": "not_assessed",
        }
        rules[name] = {"variable": name, "words": ["present"], "attributable": form.attributable}
        if item in hints:
            rules[name]["hints"] = {"unknown": hints[item]}
    return variables, rules
