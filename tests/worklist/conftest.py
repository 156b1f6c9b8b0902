"""A hospital after its first run, and its page with a user of each role."""

import shutil
from datetime import date

import pytest

from adapter import places
from adapter.pipeline import prepare
from adapter.reception import ward_of
from adapter.settings import load
from adapter.study.load import load_study
from adapter.worklist import create_app
from adapter.worklist.access.passwords import hashed
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.river.hospital import AS_OF, SOME, STUDY, River, ward
from tests.worklist.browser import Browser

PASSWORD = "correct horse battery"
AT = "2026-03-16T08:00:00Z"


@pytest.fixture(scope="session")
def screen():
    """The study, as a run has it."""
    mappings = places.folder("mappings")
    return prepare(load_study(mappings / "studies" / STUDY, mappings), mappings, "Asia/Shanghai")


@pytest.fixture(scope="session")
def hospital(tmp_path_factory):
    """A folder with the database and the settings of a hospital after its first run."""
    folder = tmp_path_factory.mktemp("hospital")
    with River(folder, ward(*SOME)).open() as river:
        ran = river.run()
        assert ran.code == 0, ran.err
    return folder


@pytest.fixture(scope="session")
def password():
    """The password of every user, kept as it is kept."""
    return hashed(PASSWORD)


@pytest.fixture
def place(hospital, tmp_path):
    """The settings of a copy of that hospital."""
    shutil.copy(hospital / "adapter.db", tmp_path / "adapter.db")
    settings = load(hospital / "adapter.toml", {})
    database = settings.database.model_copy(update={"url": f"sqlite:///{tmp_path}/adapter.db"})
    return settings.model_copy(update={"database": database})


@pytest.fixture
def page(place, screen, password):
    """The page, with a user of each role named like it, `disabled` who is no more, and `elsewhere` of another study."""
    made = ward_of(place, screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
    users = Users(made.database)
    for role in Role:
        users.add(role.value, role, STUDY, password, AT)
    users.add("elsewhere", Role.INVESTIGATOR, "diabetes", password, AT)
    users.add("disabled", Role.INVESTIGATOR, STUDY, password, AT)
    users.disable("disabled", AT)
    app = create_app(made)
    yield app
    made.database.close()


@pytest.fixture
def browser(page):
    """Give a browser of somebody: signed in, or of nobody."""
    return lambda user=None: Browser(page, user)
