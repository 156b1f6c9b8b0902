"""The views that facts are read through, one for each type of resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapter.errors import ViewError
from adapter.facts.views.view import CompiledView, compile_view


def load_views(folder: Path) -> dict[str, CompiledView]:
    """Compile every view of the folder, by the type it reads."""
    views: dict[str, CompiledView] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            view = compile_view(json.loads(file.read_text(encoding="utf-8")), on_several=_first)
        except (ValueError, ViewError) as error:
            raise ViewError(f"{file}: {error}") from None
        if view.resource in views:
            raise ViewError(f"{file}: a second view of {view.resource}. Leave one of them.")
        views[view.resource] = view
    return views


def _first(_where: str, values: list[Any]) -> Any:
    """Of several values where one belongs none can be chosen: the cell holds what no reader takes for a value."""
    return values
