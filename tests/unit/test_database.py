"""The database file, its migrations, and readers beside a writer."""

import stat
from multiprocessing.pool import ThreadPool

import pytest
from sqlalchemy import MetaData, insert, inspect, select

from adapter.database import (
    Database,
    DatabaseError,
    DatabaseUrlError,
    NotYetError,
    dialect,
    lock,
    open_database,
    read_database,
)
from adapter.database.migrate import migrate, version_of
from adapter.database.tables import chart_member, metadata
from adapter.database.versions import VERSIONS, Version, schema_version

MEMBER = {"patient": "Patient/p1", "way": "scan", "since": "2026-03-16T00:00:00Z"}
NEWEST = VERSIONS[-1].number
NEXT = Version(NEWEST + 1, "a column more", ("ALTER TABLE chart_member ADD COLUMN seen {text}",))
BROKEN = Version(NEWEST + 1, "half a step", ("ALTER TABLE chart_member ADD COLUMN seen {text}", "no SQL at all"))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/var/adapter.db"


def version(database):
    with database.reading() as connection:
        return version_of(connection)


def columns(database, table):
    with database.reading() as connection:
        return [column["name"] for column in inspect(connection).get_columns(table)]


def members(database):
    with database.reading() as connection:
        return connection.scalars(select(chart_member.c.patient)).all()


def test_file_and_folder_are_made_for_their_owner_alone(url, tmp_path):
    with open_database(url) as database, database.writing() as connection:
        connection.execute(insert(chart_member).values(MEMBER))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "var").iterdir()}
    assert modes == {"adapter.db": 0o600, "adapter.db-wal": 0o600, "adapter.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)]
)
def test_what_is_committed_stays(url, pragma, value):
    with open_database(url) as database, database.writing() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("adapter.db", "not of the form"),
        ("sqlite://", "forgotten"),
        ("sqlite:///:memory:", "forgotten"),
        ("sqlit:///adapter.db", 'Did you mean "sqlite"?'),
        ("sqlite:////proc/nowhere/adapter.db", "a file that the adapter may write"),
        ("postgresql+nosuch://adapter:secret@localhost/adapter", "Install the driver"),
    ],
)
def test_a_url_that_cannot_be_opened_is_a_wrong_setting(given, says):
    with pytest.raises(DatabaseUrlError, match=says.replace("?", r"\?")) as caught:
        open_database(given)
    assert caught.value.exit_code == 10
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("no database at all " * 100)
    with pytest.raises(DatabaseUrlError, match="name another"):
        open_database(f"sqlite:///{file}")
    assert file.read_text() == "no database at all " * 100


def test_an_empty_database_is_brought_up_to_date_once(url):
    with open_database(url) as database:
        assert version(database) == VERSIONS[-1].number
    with open_database(url) as database, database.reading() as connection:
        numbers = connection.scalars(select(schema_version.c.number)).all()
    assert numbers == [step.number for step in VERSIONS] == list(range(1, len(VERSIONS) + 1))


def test_migrating_keeps_what_is_there(url):
    with open_database(url) as database:
        with database.writing() as connection:
            connection.execute(insert(chart_member).values(MEMBER))
        migrate(database, DatabaseError, (*VERSIONS, NEXT))
        assert (version(database), members(database)) == (NEXT.number, ["Patient/p1"])
        assert "seen" in columns(database, "chart_member")


def test_a_step_that_fails_leaves_nothing_behind(url):
    with open_database(url) as database:
        with pytest.raises(DatabaseError, match="syntax error"):
            migrate(database, DatabaseError, (*VERSIONS, BROKEN))
        assert (version(database), columns(database, "chart_member")) == (NEWEST, ["patient", "way", "since"])


def test_a_newer_schema_is_refused_and_left_alone(url):
    with open_database(url) as database:
        migrate(database, DatabaseError, (*VERSIONS, NEXT))
    with pytest.raises(
        DatabaseUrlError, match=f"version {NEXT.number}, and this adapter knows versions up to {NEWEST}"
    ):
        open_database(url)


def test_a_database_that_is_only_read_is_neither_made_nor_migrated(url, tmp_path):
    with pytest.raises(NotYetError, match="no such database"):
        read_database(url)
    assert not (tmp_path / "var").exists()
    parts = dialect.read_url(url)
    dialect.make_sqlite(dialect.sqlite_file(parts))
    with Database(parts) as database:
        migrate(database, DatabaseError, VERSIONS[:1])
        with pytest.raises(NotYetError, match="no run of this version"):
            read_database(url)
        assert version(database) == 1
        migrate(database, DatabaseError, (*VERSIONS, NEXT))
    with pytest.raises(DatabaseUrlError, match="A newer adapter has been here"):
        read_database(url)


def test_a_reader_cannot_write_and_waits_for_nobody(url):
    with open_database(url) as database, database.writing() as connection:
        connection.execute(insert(chart_member).values(MEMBER))
        with lock(url), read_database(url) as beside:
            assert members(beside) == []
            with pytest.raises(DatabaseError, match="readonly"), beside.reading() as reader:
                reader.execute(insert(chart_member).values(MEMBER))


def test_several_may_open_a_new_database_at_once(url, tmp_path):
    def look(_):
        with open_database(url) as database:
            return version(database)

    with ThreadPool(8) as pool:
        assert set(pool.map(look, range(8))) == {VERSIONS[-1].number}
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["adapter.db"]


def test_the_tables_are_what_the_migrations_made(url):
    with open_database(url) as database, database.reading() as connection:
        made = MetaData()
        made.reflect(connection)
    assert outline(made) == outline(metadata) | {"schema_version": outline(schema_version.metadata)["schema_version"]}


def outline(tables):
    return {
        name: [(column.name, column.nullable or column.primary_key, column.primary_key) for column in table.columns]
        for name, table in sorted(tables.tables.items())
    }


def test_a_reader_sees_what_was_there_when_it_asked(url):
    with open_database(url) as database, database.writing() as writer:
        writer.execute(insert(chart_member).values(MEMBER))
        with open_database(url) as other:
            assert members(database) == members(other) == []
        with database.reading() as reader:
            before = reader.scalars(select(chart_member.c.patient)).all()
            writer.commit()
            assert reader.scalars(select(chart_member.c.patient)).all() == before == []
        assert members(database) == ["Patient/p1"]


def test_a_reader_cannot_write(url):
    with open_database(url) as database:
        with pytest.raises(DatabaseError, match="readonly"), database.reading() as connection:
            connection.execute(insert(chart_member).values(MEMBER))
        assert members(database) == []


def test_an_error_says_no_value_of_a_row(url):
    with open_database(url) as database:
        with pytest.raises(DatabaseError) as caught, database.writing() as connection:
            connection.execute(insert(chart_member).values([MEMBER, MEMBER]))
        assert "UNIQUE constraint failed" in str(caught.value)
        assert "Patient/p1" not in f"{caught.value}{caught.value.__cause__}"
        assert (caught.value.exit_code, members(database)) == (1, [])


def test_a_damaged_file_is_named(url, tmp_path):
    with open_database(url):
        pass
    file = tmp_path / "var" / "adapter.db"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 40_000)
    with pytest.raises(DatabaseError, match=r"Put the file aside|name another"):
        open_database(url)
