"""A skip is said by name on a developer's machine and is a failure where the gate runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPS = {
    "test_by_fixture": "def test_java(absent):\n    absent('Java')\n",
    "test_by_mark": "import pytest\n@pytest.mark.skip(reason='no Java')\ndef test_java():\n    pass\n",
    "test_whole_file": "import pytest\npytest.importorskip('no_such_module_anywhere')\ndef test_java():\n    pass\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_known():\n    assert False\n"


def outcome(folder: Path, name: str, text: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / f"{name}.py").write_text(text)
    environ = {**os.environ, "CI": ci}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:xdist", "-p", "no:cacheprovider", "."]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SKIPS)
def test_a_skip_fails_the_gate(name, tmp_path):
    ran = outcome(tmp_path, name, SKIPS[name], ci="true")
    assert ran.returncode != 0
    assert "CI=true allows no skipped test" in ran.stdout


def test_a_skip_is_named_elsewhere(tmp_path):
    ran = outcome(tmp_path, "test_by_fixture", SKIPS["test_by_fixture"], ci="")
    assert ran.returncode == 0
    assert "absent: Java" in ran.stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    assert outcome(tmp_path, "test_known", EXPECTED_FAILURE, ci="true").returncode == 0
