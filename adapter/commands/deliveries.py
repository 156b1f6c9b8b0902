"""What waits to be delivered, or never arrived: shown to IT without patients, tried again or closed by a person."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from adapter import settings, wiring
from adapter.database import open_database, read_database
from adapter.errors import FINE, UsageError
from adapter.incidents import Watch
from adapter.journal import Delivery, Journal
from adapter.operation.faults import nameless
from adapter.outputs.base import instant
from adapter.settings import database_password


def deliveries(asked: argparse.Namespace) -> int:
    """List what is not delivered, or have one tried again or closed."""
    place = settings.load(asked.config, os.environ)
    url, password = place.database.url, database_password(place)
    number = asked.retry if asked.retry is not None else asked.drop
    with read_database(url, password=password) as database:
        if number is None:
            print("\n".join(_listed(Journal(database).open_deliveries())))
            return FINE
    author = (asked.author or "").strip()
    if not author:
        raise UsageError("deliveries: --author is missing. Say who has it tried again or closed.")
    with open_database(url, password=password) as database, Journal(database).transaction() as work:
        if asked.retry is not None:
            work.retry(number, author)
            print(f"delivery {number}: pending again. The next run tries it.")
        else:
            work.drop(number, author, instant(wiring.now()))
            print(f"delivery {number}: closed, and never tried again.")
    if asked.drop is not None:  # one that is tried again is settled when it arrives
        Watch(place, wiring.now).after_settling()
    return FINE


def _listed(found: list[Delivery]) -> Iterator[str]:
    for one in found:
        tried = f"tried {one.attempts} times" if one.attempts != 1 else "tried once"
        said = f": {nameless(one.last_error)}" if one.last_error else ""
        yield f"{one.id}  {one.output}  {one.state} since {one.created_at}, {tried}{said}"
    dead = sum(one.state == "dead" for one in found)
    yield f"{len(found) - dead} pending: every run tries each once. {dead} dead: --retry ID or --drop ID."
