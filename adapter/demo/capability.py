"""What the sandbox hospital says of itself: only what it does."""

from __future__ import annotations

from adapter.demo.exchange import Resource
from adapter.demo.parameters import SEARCHES

INTERACTIONS = ("read", "create", "update", "delete", "search-type")


def capability(base: str, date: str, *, history: bool = False) -> Resource:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "trial-adapter sandbox hospital"},
        "implementation": {"description": "Invented patients in memory; no real person", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_type(kind, history=history) for kind in sorted(SEARCHES)],
                "interaction": [{"code": "batch"}],
            }
        ],
    }


def _type(kind: str, *, history: bool) -> Resource:
    return {
        "type": kind,
        "interaction": [{"code": code} for code in (*INTERACTIONS, *(["history-type"] if history else ()))],
        "versioning": "versioned-update",
        "readHistory": False,
        "updateCreate": True,
        "conditionalCreate": True,
        "searchParam": [{"name": name, "type": one.kind} for name, one in sorted(SEARCHES[kind].items())],
    }
