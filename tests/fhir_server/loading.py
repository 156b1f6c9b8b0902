"""Put resources on a FHIR server, read them back, and make a test's traces undone."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import requests

from tests.fhir_server.records import Resource, ref

AT_ONCE = 150
# What others point to comes first: a server with referential integrity refuses a reference that leads nowhere.
FIRST = ("Practitioner", "Encounter", "Medication", "ResearchStudy", "Patient", "Condition")
FHIR_JSON = {"Content-Type": "application/fhir+json"}
FRESH = {"Cache-Control": "no-cache"}
PATIENCE_S = 120


class Client:
    """A second client of the server, which knows nothing of the adapter."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str = "", **more: Any) -> requests.Response:
        """Send one request; a path is relative to the base, a whole address is taken as it is."""
        url = path if path.startswith("http") else f"{self.base_url}/{path}".rstrip("/")
        more["headers"] = (FHIR_JSON if "json" in more else {}) | more.get("headers", {})
        return self.session.request(method, url, timeout=PATIENCE_S, **more)

    def read(self, reference: str) -> Resource:
        """Return one resource as the server has it."""
        answer = self.ask("GET", reference)
        answer.raise_for_status()
        return answer.json()

    def patiently(self, path: str, seconds: int) -> requests.Response:
        """Ask until the answer is not 202 any more, or the time is over."""
        end = time.monotonic() + seconds
        while (answer := self.ask("GET", path)).status_code == 202 and time.monotonic() < end:
            time.sleep(0.3)
        return answer

    def every(self, search: str) -> Iterator[Resource]:
        """Yield all resources of a search, page by page, never from the server's cache."""
        for entry in self.entries(search):
            if entry.get("search", {}).get("mode", "match") == "match" and "resource" in entry:
                yield entry["resource"]

    def entries(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of all pages of a search or history."""
        while path:
            answer = self.ask("GET", path, headers=FRESH)
            answer.raise_for_status()
            bundle = answer.json()
            yield from bundle.get("entry", ())
            path = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")

    def load(self, resources: Iterable[Resource]) -> dict[str, str]:
        """Put resources under their own ids; return those that the server refuses, each with its reason."""
        resources = list(resources)
        return self.put([*stand_ins(resources), *resources])

    def put(self, resources: Iterable[Resource]) -> dict[str, str]:
        """Do the same where all that they point to is there already."""
        ordered = sorted(resources, key=lambda one: _rank_of(one["resourceType"]))
        refused: dict[str, str] = {}
        for start in range(0, len(ordered), AT_ONCE):
            refused |= self._put(ordered[start : start + AT_ONCE])
        return refused

    def _put(self, some: Sequence[Resource]) -> dict[str, str]:
        puts = [{"resource": one, "request": {"method": "PUT", "url": ref(one)}} for one in some]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": puts}
        answer = self.ask("POST", json=bundle, headers={"Prefer": "return=minimal"})
        if answer.ok:
            return {}
        if len(some) == 1:
            return {ref(some[0]): reason(answer)}
        half = len(some) // 2
        return self._put(some[:half]) | self._put(some[half:])

    def now(self) -> str:
        """Return an instant of the server's own clock from which on nothing has happened yet."""
        made = self.ask("POST", "Basic", json={"resourceType": "Basic", "code": {"text": "a mark in time"}})
        made.raise_for_status()
        return str(made.json()["meta"]["lastUpdated"])

    def history(self, since: str) -> list[tuple[str, str]]:
        """Return what the server's own history says was done since an instant: the method and to which resource."""
        entries = self.entries(f"_history?_since={_quoted(since)}&_count=1000")
        return [(entry["request"]["method"], _touched(entry)) for entry in entries]

    def restore(self, original: dict[str, Resource], since: str) -> None:
        """Give every resource touched since an instant its original content again, and remove those that are new."""
        touched = dict.fromkeys(one for _, one in self.history(since))
        self.remove(one for one in touched if one not in original)
        self.put(original[one] for one in touched if one in original)

    def remove(self, references: Iterable[str]) -> None:
        """Delete and expunge; what points to others goes first."""
        for one in sorted(references, key=lambda one: _rank_of(one.split("/")[0]), reverse=True):
            self.ask("DELETE", one)
            self.ask("POST", f"{one}/$expunge", json=_EXPUNGE)


_EXPUNGE = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "expungeDeletedResources", "valueBoolean": True},
        {"name": "expungePreviousVersions", "valueBoolean": True},
    ],
}


def reason(answer: requests.Response) -> str:
    """Return the server's words for a refusal."""
    return "; ".join(str(issue.get("diagnostics")) for issue in answer.json().get("issue", ()))


def stand_ins(resources: Sequence[Resource]) -> list[Resource]:
    """Return an empty resource for everything that is pointed to and not there (practitioners, encounters)."""
    there = {ref(one) for one in resources}
    missing = {named for one in resources for named in pointed_to(one)} - there
    return [{"resourceType": one.split("/")[0], "id": one.split("/")[1]} for one in sorted(missing)]


def pointed_to(node: Any) -> Iterator[str]:
    """Yield every `reference` within a resource."""
    if isinstance(node, list):
        for one in node:
            yield from pointed_to(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "reference":
                yield value
            else:
                yield from pointed_to(value)


def _rank_of(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)


def _touched(entry: dict[str, Any]) -> str:
    return ref(entry["resource"]) if "resource" in entry else "/".join(entry["request"]["url"].split("/")[-4:-2])


def _quoted(instant: str) -> str:
    return requests.utils.quote(instant, safe="")
