"""Writes profiles/ from the study's data: `make docs`. tests/house/test_profiles.py keeps it fresh."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain

from tests.profiles import form, research, structures
from tests.profiles.source import ROOT, Resource

PROFILES = ROOT / "profiles"


def artefacts() -> Iterator[tuple[str, Resource]]:
    """Every artefact with its file, below profiles/."""
    folders = {
        "form": [form.concepts(), form.questionnaire(), structures.response()],
        "study": [research.codes(), research.group(), research.research_study()],
        "written": [structures.decision(), structures.by_person(), structures.subject()],
        "read": structures.read(),
    }
    for folder, one in chain.from_iterable(((folder, one) for one in made) for folder, made in folders.items()):
        yield f"{folder}/{one['resourceType']}-{one['id']}.json", one


def files() -> dict[str, str]:
    """The text of every file."""
    return {name: json.dumps(one, ensure_ascii=False, indent=2) + "\n" for name, one in artefacts()}


def main() -> None:
    """Write every file anew, and take away what is no longer made."""
    made = files()
    for file in PROFILES.rglob("*.json"):
        if str(file.relative_to(PROFILES)) not in made:
            file.unlink()
    for name, text in made.items():
        (PROFILES / name).parent.mkdir(parents=True, exist_ok=True)
        (PROFILES / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"profiles/{name}\n")


if __name__ == "__main__":
    main()
