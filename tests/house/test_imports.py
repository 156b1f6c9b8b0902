"""Imports run one way, and the quiet room imports the standard library alone."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCREENING = ROOT / "adapter" / "screening"
QUIET = {"adapter.screening", "adapter.errors"}


def contract(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def imports(text: str, package: str = "adapter.screening") -> list[str]:
    """Return every module that a source text imports, relative ones by their full name."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            found.append(".".join(part for part in (base, node.module) if part))
            if found[-1] == "adapter":
                found[-1:] = [f"adapter.{name.name}" for name in node.names]
    return found


def foreign(text: str) -> list[str]:
    """Return what is neither the standard library nor the quiet room itself."""
    return [
        name
        for name in imports(text)
        if name.split(".")[0] not in sys.stdlib_module_names and ".".join(name.split(".")[:2]) not in QUIET
    ]


def test_imports_run_one_way():
    ran = contract(ROOT)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("errors.py", "import adapter.cli\n"),
        ("screening/model.py", "import adapter.settings\n"),
        ("study/breach.py", "import adapter.settings\n"),
        ("sources/folder.py", "import adapter.sources.search\n"),
        ("nowhere.py", ""),
    ],
    ids=["upwards", "out of the quiet room", "to a peer", "from one source to another", "a module without a place"],
)
def test_the_contract_can_fail(module, text, tmp_path):
    shutil.copytree(ROOT / "adapter", tmp_path / "adapter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "adapter" / "sources" / "search.py").touch()
    with (tmp_path / "adapter" / module).open("a") as source:
        source.write("\n" + text)
    ran = contract(tmp_path)
    assert ran.returncode == 1, ran.stdout
    assert "BROKEN" in ran.stdout or "missing layers" in ran.stdout


@pytest.mark.parametrize("file", sorted(SCREENING.rglob("*.py")), ids=lambda file: str(file.relative_to(SCREENING)))
def test_the_quiet_room_imports_the_standard_library_alone(file):
    assert foreign(file.read_text(encoding="utf-8")) == []


def test_the_quiet_room_is_really_looked_at():
    text = "import json, pydantic\nfrom adapter import settings\nfrom . import model\nfrom .. import study\n"
    assert foreign(text) == ["pydantic", "adapter.settings", "adapter.study"]
    assert foreign("from adapter.errors import StudyError\nfrom adapter.screening.model import Fact") == []
