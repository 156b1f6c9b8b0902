"""A hospital's adapter that ails as a test likes, and the mail that IT gets."""

import json
from datetime import UTC, datetime, timedelta

from adapter.database import open_database
from adapter.incidents import Watch
from adapter.incidents.rows import incidents
from adapter.journal import Journal
from adapter.report import RunReport
from adapter.settings.model import Settings
from tests.unit.delivering import RUN

MORNING = datetime(2026, 3, 16, 6, tzinfo=UTC)
DAY = timedelta(days=1)


class Site:
    """A hospital's adapter whose runs a test lets end as it likes, and the mail that IT gets."""

    def __init__(self, folder, port, post):
        self.folder, self.post, self.now = folder, post, MORNING
        self.url = f"sqlite:///{folder}/adapter.db"
        self.mail = {"host": "127.0.0.1", "port": port, "security": "none", "from": "adapter@hospital.example",
                     "it_to": ["it@example.org"], "it_language": "en"}  # fmt: skip
        self.tables = {}

    @property
    def settings(self):
        tables = {"database": {"url": self.url}, "study": {"id": "s"}, "outputs": {"email": self.mail}, **self.tables}
        return Settings.model_validate_json(json.dumps(tables))

    @property
    def watch(self):
        return Watch(self.settings, lambda: self.now)

    def good(self, **report):
        """A run that comes to its end."""
        with open_database(self.url) as database, Journal(database).transaction() as work:
            at = self.now.isoformat().replace("+00:00", "Z")
            number = work.begin_run(**{**RUN, "started_at": at})
            work.end_run(number, ended_at=at, report="{}", exit_code=0)
        self.watch.after_run(RunReport("2026-03-16", **report))

    def subjects(self):
        return [mail["Subject"].split(": ", 1)[1] for mail in self.post.mails]

    def known(self):
        with open_database(self.url) as database, database.reading() as connection:
            return incidents(connection, "s", "2026")
