"""What outputs are tried on: a journal with its outbox, a mail server, and a sandbox hospital behind a front."""

from contextlib import ExitStack

import pytest

from adapter.demo.hospital import SandboxHospital
from tests.unit.delivering import Front, Post, at_work, journal_in, listen, own_study


@pytest.fixture
def journal(tmp_path):
    """An empty journal."""
    with journal_in(tmp_path) as journal:
        yield journal


@pytest.fixture
def post():
    """A mail server that keeps what it is given."""
    return Post()


@pytest.fixture
def listening(post):
    """Start a mail server, plainly or with TLS."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(listen(post, **more))


@pytest.fixture
def front():
    """Who may answer before the hospital does."""
    return Front()


@pytest.fixture
def hospital():
    """Three patients and the study, as the hospital itself has it."""
    return SandboxHospital([{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2, 3)] + [own_study()])


@pytest.fixture
def desk(hospital, front, tmp_path):
    """Somebody who decides and has it delivered to the hospital."""
    with at_work(hospital, front, tmp_path) as desk:
        yield desk
