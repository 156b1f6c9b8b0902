"""A hospital that is read by exports: its records are the sandbox's, its exports go as the script wants them to."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from adapter.demo.exchange import Request, write_json
from adapter.demo.hospital import SandboxHospital
from adapter.demo.parameters import SEARCHES
from tests.fhir_server.records import patient, ref
from tests.wire.scripted import BASE, Asked, Reply, Scripted, outcome

START = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
SLE = {"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}], "text": "SLE"}


def http_date(moment):
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


def instant(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Ward:
    """Three patients with lupus and one without, and a server that exports them.

    `twist` sees each request with the reply that is due, and may give another.
    """

    def __init__(self, resources, group=()):
        self.now = START
        self.sandbox = SandboxHospital(resources, lambda: self.now)
        self.group = list(group)
        self.scripted = Scripted()
        self.scripted.answer = self.answer
        self.base = self.scripted.base
        self.twist: Callable[[Asked, Reply], Reply | None] | None = None
        self.manifest: Callable[[dict], object] = lambda said: said  # what becomes of each manifest
        self.jobs: dict[str, dict] = {}  # by number: what was asked, and when
        self.looks = 1  # so often the job is still running
        self.retry_after = "1"
        self.counts, self.token, self.per_file = True, False, 4
        self.searches, self.posted, self.packed = True, False, True
        self.gone: dict[str, datetime] = {}  # when each was deleted
        self.begun_jobs, self.last = 0, []
        self.more_types = ()  # types exported though nobody asked

    def close(self):
        self.scripted.close()

    def tick(self, **span):
        self.now += timedelta(**(span or {"hours": 1}))

    def put(self, *resources):
        for one in resources:
            self.sandbox.change(one)

    def delete(self, reference):
        self.sandbox.delete(reference)
        self.gone[reference] = self.now

    def asked(self, *words):
        """The requests whose line holds all these words."""
        lines = [(f"{one.method} {one.target}", one) for one in self.scripted.asked]
        return [one for line, one in lines if all(word in line for word in words)]

    @property
    def kick_offs(self):
        return self.asked("$export?") + self.asked("POST", "$export")

    def answer(self, asked: Asked) -> Reply:
        reply = self.due(asked)
        reply = (self.twist and self.twist(asked, reply)) or reply
        reply.headers.setdefault("Date", http_date(self.now))
        return reply

    def due(self, asked: Asked) -> Reply:
        path = urlsplit(asked.target).path.removeprefix(BASE).strip("/")
        if path == "metadata":
            return self.json(self.statement())
        if path.endswith("$export"):
            return self.begun(asked)
        if path.startswith("status/"):
            return self.status(asked, path.split("/")[1])
        if path.startswith("file/"):
            return self.file(path)
        if path.startswith("Group/"):
            members = [{"entity": {"reference": one}} for one in self.group]
            return self.json({"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": members})
        return self.searched(asked)

    def json(self, value, status=200, **headers):
        return Reply(status, json.dumps(value).encode(), headers)

    def searched(self, asked):
        said = self.sandbox.answer(
            Request.of(self.base, asked.method, asked.target.removeprefix(BASE + "/"), asked.headers, asked.body)
        )
        return Reply(said.status, write_json(said.body) if said.body else b"")

    def statement(self):
        interaction = [{"code": "search-type"}] if self.searches else [{"code": "read"}]
        kinds = [{"type": kind, "interaction": interaction} for kind in sorted(SEARCHES)]
        version = "4.0.0" if self.posted else "2.0.0"
        url = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
        operations = [{"name": "export", "definition": f"{url}/export|{version}"}]
        for kind in kinds:
            if kind["type"] in {"Group", "Patient"}:
                name = f"{kind['type'].lower()}-export"
                kind["operation"] = [{"name": name, "definition": f"{url}/{name}|{version}"}]
        rest = {"mode": "server", "resource": kinds, "operation": operations}
        return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [rest]}

    def begun(self, asked):
        if asked.method == "POST":
            given = json.loads(asked.body)["parameter"]
            types = [one["valueString"] for one in given if one["name"] == "_type"]
            since = next((one["valueInstant"] for one in given if one["name"] == "_since"), None)
        else:
            query = parse_qs(urlsplit(asked.target).query)
            types, since = query["_type"][0].split(","), query.get("_since", [None])[0]
        self.begun_jobs += 1
        number = str(self.begun_jobs)
        level = urlsplit(asked.target).path.removeprefix(BASE + "/").split("/")[0]
        self.jobs[number] = {"types": types, "since": since, "level": level, "at": self.now, "looks": self.looks}
        self.jobs[number]["files"] = self.last = self.files(self.jobs[number])
        return Reply(202, b"", {"Content-Location": f"{self.base}/status/{number}"})

    def files(self, job):
        """Lists of lines, each with its type."""
        found, kinds = [], [*job["types"], *self.more_types]
        for kind in kinds:
            rows = [one for one in self.sandbox.store.all(kind) if self.is_in(one, job)]
            lines = [write_json(one) for one in rows]
            found += [(kind, lines[start : start + self.per_file]) for start in range(0, len(lines), self.per_file)]
        since = job["since"] and datetime.fromisoformat(job["since"])
        gone = [one for one, at in self.gone.items() if since and at > since]
        if gone:
            entries = [{"request": {"method": "DELETE", "url": one}} for one in gone]
            found.append(("deleted", [write_json({"resourceType": "Bundle", "type": "transaction", "entry": entries})]))
        return found

    def is_in(self, one, job):
        newer = job["since"] is None or datetime.fromisoformat(one["meta"]["lastUpdated"]) > datetime.fromisoformat(
            job["since"]
        )
        return newer and (job["level"] != "Group" or patient(one) in self.group or not patient(one))

    def status(self, asked, number):
        job = self.jobs.get(number)
        if job is None:
            return self.json(outcome(code="not-found"), 404)
        if asked.method == "DELETE":
            del self.jobs[number]
            return Reply(202)
        if job["looks"] > 0:
            job["looks"] -= 1
            return Reply(202, b"", {"Retry-After": self.retry_after, "X-Progress": "half way"})
        said = {
            "transactionTime": instant(job["at"]),
            "request": f"{self.base}/$export",
            "requiresAccessToken": self.token,
            "output": [
                self.entry(number, place, *file) for place, file in enumerate(job["files"]) if file[0] != "deleted"
            ],
            "deleted": [
                self.entry(number, place, *file) for place, file in enumerate(job["files"]) if file[0] == "deleted"
            ],
            "error": [],
        }
        return self.json(self.manifest(said))

    def entry(self, number, place, kind, lines):
        entry = {"type": "Bundle" if kind == "deleted" else kind, "url": f"{self.base}/file/{number}/{place}"}
        return entry | ({"count": len(lines)} if self.counts else {})

    def file(self, path):
        _, number, place, *_ = path.split("/")
        job = self.jobs.get(number)
        if job is None or not place.isdecimal():
            return self.json(outcome(code="not-found"), 404)
        return ndjson(job["files"][int(place)][1], zipped=self.packed)


def ndjson(lines, **reply):
    body = b"".join(line + b"\n" for line in lines)
    return Reply(200, body, {"Content-Type": "application/fhir+ndjson"}, **reply)


def person(number, **more):
    name = f"p{number}"
    return [
        {"resourceType": "Patient", "id": name, "birthDate": "1990-01-01", "gender": "female", **more},
        {"resourceType": "Condition", "id": f"c-{name}", "subject": {"reference": f"Patient/{name}"}, "code": SLE},
        *(result(number, place) for place in range(6)),
    ]


def result(number, place, value=0.5):
    code = {"coding": [{"system": "http://loinc.org", "code": "4485-9"}]}
    return {
        "resourceType": "Observation", "id": f"o-p{number}-{place}", "status": "final", "code": code,
        "subject": {"reference": f"Patient/p{number}"}, "effectiveDateTime": f"2026-03-{place + 1:02d}",
        "valueQuantity": {"value": value, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"},
    }  # fmt: skip


def stranger(number):
    name = f"x{number}"
    cough = {"coding": [{"system": "http://snomed.info/sct", "code": "49727002"}]}
    return [
        {"resourceType": "Patient", "id": name, "birthDate": "1980-01-01"},
        {"resourceType": "Condition", "id": f"c-{name}", "subject": {"reference": f"Patient/{name}"}, "code": cough},
        result(number, 0) | {"id": f"o-{name}", "subject": {"reference": f"Patient/{name}"}},
    ]


def unpacked(reply: Reply) -> bytes:
    return gzip.decompress(reply.body) if reply.zipped else reply.body


__all__ = ["Ward", "ndjson", "outcome", "person", "ref", "result", "stranger"]
