"""The wheel alone, in an empty environment and an empty folder, is the whole adapter."""

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=bare, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def bin_folder(wheel, tmp_path_factory):
    """An environment that holds the wheel, and sees the lock's packages but not the checkout."""
    home = tmp_path_factory.mktemp("environment") / "venv"
    made = run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    assert made.returncode == 0, made.stderr
    # A path file is followed one step only: the checkout's own, which lies in that folder, is not read.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (site / "lock.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "--no-deps", "--no-index")
    installed = run(*pip, "--force-reinstall", wheel, cwd=home.parent)
    assert installed.returncode == 0, installed.stderr
    return home / "bin"


def test_it_runs_from_an_empty_folder(bin_folder, tmp_path):
    ran = run(bin_folder / "trial-adapter", "--version", cwd=tmp_path)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (ran.returncode, ran.stdout) == (0, f"trial-adapter {version}\n"), ran.stderr
    assert run(bin_folder / "python", "-m", "adapter", "--help", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("name", ["mappings", "profiles"])
def test_it_carries_its_data(bin_folder, tmp_path, name):
    ran = run(bin_folder / "python", "-c", f"from adapter import places; print(places.folder('{name}'))", cwd=tmp_path)
    carried = Path(ran.stdout.strip())
    assert bin_folder.parent in carried.parents, ran.stderr
    assert files(carried) == files(ROOT / name)


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_it_screens_a_folder(bin_folder, tmp_path):
    patient = '{"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-05-01"}'
    (tmp_path / "hospital").mkdir()
    (tmp_path / "hospital" / "patients.ndjson").write_text(patient + "\n")
    study = next(file.parent.name for file in sorted((ROOT / "mappings" / "studies").glob("*/study.toml")))
    words = ("screen", "--source", "hospital", "--study", study, "--as-of", "2026-03-16", "--out", "decisions.ndjson")
    ran = run(bin_folder / "trial-adapter", *words, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert '"Patient/p1"' in (tmp_path / "decisions.ndjson").read_text()
