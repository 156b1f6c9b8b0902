"""What the page on the webhook tells a receiver to do takes what the adapter sends, and nothing else."""

import re
from pathlib import Path

import pytest

from adapter.outputs.alerts.webhook import SIGNATURE, TIME, headers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "receive-the-webhook.md"
BODY, SECRET, AT = '{"name":"山大"}'.encode(), b"a secret of the hospital", 1_800_000_000


@pytest.fixture(scope="module")
def takes():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    named = {}
    exec(code, named)
    return named["is_from_the_adapter"]


@pytest.mark.parametrize(
    ("body", "secret", "late", "more", "taken"),
    [
        (BODY, SECRET, 0, {}, True),
        (BODY, SECRET, 300, {}, True),
        (BODY, SECRET, -300, {}, True),
        (BODY, SECRET, 301, {}, False),
        (BODY, SECRET, -301, {}, False),
        (BODY + b" ", SECRET, 0, {}, False),
        (BODY, b"another secret of it", 0, {}, False),
        (BODY, SECRET, 0, {TIME: str(AT + 1)}, False),
        (BODY, SECRET, 0, {TIME: "now"}, False),
        (BODY, SECRET, 0, {SIGNATURE: "v1="}, False),
    ],
)
def test_61_a_receiver_takes_what_is_signed_and_fresh(takes, body, secret, late, more, taken):
    assert takes(headers(BODY, SECRET, AT) | more, body, secret, now=lambda: AT + late) is taken
