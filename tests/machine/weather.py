"""Who stands before the hospital and spoils its answers by chance: a schedule of faults, the same from one seed."""

import random
import socket
from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime

from adapter.demo.door import Visit
from adapter.demo.exchange import Answer, Request, write_json
from tests.machine.life import Life

WAITS = ("1", "0", "-1", "soon", "7200", "Sun, 01 Mar 2026 10:00:00 GMT")
WAYS = ("plain", "plain", "plain", "deaf", "silent", "strict", "short", "short")  # how a server takes _lastUpdated
FILTER = "_lastUpdated"


class Weather:
    """What goes wrong between the hospital and who asks it; calm at first."""

    def __init__(self, life: Life, seed: int) -> None:
        self.life, self.chance = life, random.Random(seed)
        self.way = self.chance.choice(WAYS)
        self.rate, self.down, self.page = 0.0, "", 1000
        self.disturbed = False  # something was withheld, or changed under the reader

    def rise(self) -> None:
        """Let faults come for one run."""
        self.rate = self.chance.choice((0.0, 0.05, 0.15, 0.4))
        self.down = self.chance.choice(("", "", "", "", "all", "Observation", "Condition", "Patient"))
        self.page, self.disturbed = self.chance.choice((2, 5, 1000)), False

    def settle(self) -> None:
        """Let it be quiet."""
        self.rate, self.down, self.page, self.disturbed = 0.0, "", 1000, False

    def __call__(self, visit: Visit, request: Request) -> bool:
        """Answer instead of the hospital."""
        visit.date_time_string = lambda *_: format_datetime(self.life.now, usegmt=True)
        if self.down in {"all", request.path.split("/")[0]}:
            self.disturbed = True
            visit.send(Answer(503 if self.down == "all" else 403))
        elif self.chance.random() < self.rate:
            self.chance.choice(FAULTS)(self, visit, request)
        else:
            visit.send(self.answer(request))
        return True

    def answer(self, request: Request) -> Answer:
        """What the hospital says, in pages of this size, as its server takes `_lastUpdated`."""
        asked = dict(request.query)
        if FILTER in asked and self.way == "strict":
            return Answer(400)
        if FILTER in asked and self.way in {"deaf", "silent"}:
            request = replace(request, query=tuple(pair for pair in request.query if pair[0] != FILTER))
        sized = tuple((name, str(self.page) if name == "_count" else value) for name, value in request.query)
        said = self.life.sandbox.answer(replace(request, query=sized))
        if said.body is None or said.body.get("type") != "searchset":
            return said
        if FILTER in asked and self.way == "silent":
            links = [one for one in said.body["link"] if one["relation"] != "self"]
            return Answer(said.status, {**said.body, "link": links}, said.headers)
        if FILTER in asked and self.way == "short" and said.body.get("entry"):
            self.disturbed = True
            return Answer(said.status, _without(said.body, self.chance, 1), said.headers)
        return said


def _without(page: dict, chance: random.Random, told: int) -> dict:
    """The page without one of its entries; `told`: by how many the total is less."""
    entries = list(page.get("entry", ()))
    if entries:
        entries.pop(chance.randrange(len(entries)))
    total = {"total": page["total"] - told} if "total" in page else {}
    return {**page, **total, "entry": entries}


def throttled(weather: Weather, visit: Visit, _: Request) -> None:
    wait = weather.chance.choice(WAITS)
    visit.send(Answer(weather.chance.choice((429, 503)), None, {"Retry-After": wait}))


def failing(weather: Weather, visit: Visit, _: Request) -> None:
    visit.send(Answer(weather.chance.choice((500, 502, 503, 504))))


def reset(_: Weather, visit: Visit, __: Request) -> None:
    visit.close_connection = True
    visit.connection.shutdown(socket.SHUT_RDWR)


def cut(weather: Weather, visit: Visit, request: Request) -> None:
    body = write_json(weather.answer(request).body)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n"
    visit.wfile.write(head.encode() + body[: weather.chance.randrange(len(body))])
    visit.close_connection = True


def page_of_login(_: Weather, visit: Visit, __: Request) -> None:
    body = b"<html>Please sign in</html>"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    visit.wfile.write(head.encode() + body)


def expired(weather: Weather, visit: Visit, request: Request) -> None:
    visit.send(Answer(410) if not request.path else weather.answer(request))


def doubled(weather: Weather, visit: Visit, request: Request) -> None:
    said = weather.answer(request)
    page = said.body or {}
    if page.get("type") == "searchset" and page.get("entry"):
        said = replace(said, body={**page, "entry": [*page["entry"], weather.chance.choice(page["entry"])]})
    visit.send(said)


def withheld(weather: Weather, visit: Visit, request: Request) -> None:
    """A row slips between two pages: the total still counts it."""
    said = weather.answer(request)
    page = said.body or {}
    if page.get("type") == "searchset" and page.get("entry"):
        said = replace(said, body=_without(page, weather.chance, 0))
    visit.send(said)


def meanwhile(weather: Weather, visit: Visit, request: Request) -> None:
    """Something happens while pages are read."""
    weather.disturbed = True
    weather.life.act()
    visit.send(weather.answer(request))


Fault = Callable[[Weather, Visit, Request], None]
FAULTS: tuple[Fault, ...] = (
    throttled, failing, reset, cut, page_of_login, expired, doubled, withheld, meanwhile, meanwhile,
)  # fmt: skip
