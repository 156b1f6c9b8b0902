"""A small hospital for one test, and the same with a first run behind it."""

import pytest

from tests.river.hospital import SOME, River, ward


@pytest.fixture
def river(tmp_path):
    with River(tmp_path, ward(*SOME)).open() as opened:
        yield opened


@pytest.fixture
def flowing(river):
    """Return the hospital after its first run."""
    ran = river.run()
    assert ran.code == 0, ran.err
    return river
