"""The hospital's records in memory: every write makes a version, and a removed record is remembered as gone."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from adapter.demo.exchange import Refused, Resource, read_json, write_json
from adapter.demo.parameters import SEARCHES

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a resource; a removed one has no content."""

    version: int
    resource: Resource | None
    at: str = ""  # when

    @property
    def etag(self) -> str:
        """The version as HTTP has it."""
        return f'W/"{self.version}"'


class Store:
    """All resources by type and id. One lock; what is handed out is never changed afterwards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in SEARCHES}

    def __enter__(self) -> Store:
        """Hold everybody else up, so that looking and writing are one."""
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def all(self, kind: str) -> list[Resource]:
        """Return the resources of a type as they are now, in the order of their ids."""
        with self._lock:
            records = sorted(self._of(kind).items())
            return [record.resource for _, record in records if record.resource is not None]

    def find(self, kind: str, key: str) -> Record | None:
        """Return the record, also that of a removed resource; None where there never was one."""
        with self._lock:
            return self._of(kind).get(key)

    def put(self, resource: Resource) -> tuple[Record, bool]:
        """Write a resource under its id; return its record, and whether it is new. Equal content is no new version."""
        with self._lock:
            key = str(resource.get("id") or uuid.uuid4())
            resource = read_json(write_json({**resource, "id": key}))  # the caller may go on changing his own
            records = self._of(resource["resourceType"])
            before = records.get(key)
            if before and before.resource and _content(before.resource) == _content(resource):
                return before, False
            version = before.version + 1 if before else 1
            stamp = {"versionId": str(version), "lastUpdated": self._now()}
            whole = {**resource, "meta": {**_own_meta(resource), **stamp}}
            records[key] = Record(version, whole, stamp["lastUpdated"])
            return records[key], not (before and before.resource)

    def remove(self, kind: str, key: str) -> None:
        """Remove a resource; one that is not there is no fault."""
        with self._lock:
            before = self._of(kind).get(key)
            if before and before.resource:
                self._of(kind)[key] = Record(before.version + 1, None, self._now())

    def since(self, kind: str, instant: str) -> list[tuple[str, Record]]:
        """Return what was written or removed since an instant, the newest first, each with its id."""
        with self._lock:
            found = [(key, one) for key, one in self._of(kind).items() if one.at >= instant]
        return sorted(found, key=lambda each: (each[1].at, each[0]), reverse=True)

    def load(self, resources: Iterable[Resource]) -> None:
        """Write many resources."""
        for resource in resources:
            self.put(resource)

    def _of(self, kind: str) -> dict[str, Record]:
        if kind not in self._records:
            raise Refused(404, "not-supported", f"{kind}: this hospital keeps no such resources.")
        return self._records[kind]

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _own_meta(resource: Resource) -> Resource:
    return {name: value for name, value in resource.get("meta", {}).items() if name not in {"versionId", "lastUpdated"}}


def _content(resource: Resource) -> Resource:
    rest = {name: value for name, value in resource.items() if name != "meta"}
    return rest | ({"meta": own} if (own := _own_meta(resource)) else {})
