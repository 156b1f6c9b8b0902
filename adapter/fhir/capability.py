"""What a server says it can do. Much is missing in real statements, so nothing is taken to be there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from adapter.fhir.bundles import resource_of
from adapter.fhir.client import Client
from adapter.fhir.errors import NotFhir, place
from adapter.fhir.wire.exchange import Answer

METADATA = "CapabilityStatement"


@dataclass(frozen=True, slots=True)
class Ability:
    """What can be done with one resource type."""

    interactions: frozenset[str] = frozenset()
    search_params: frozenset[str] = frozenset()
    conditional_create: bool = False
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Capability:
    """What a server says it can do; empty parts may be silence, not inability."""

    fhir_version: str | None
    software: str | None
    types: dict[str, Ability] = field(default_factory=dict)
    interactions: frozenset[str] = frozenset()  # of the whole server: batch, history-system …
    operations: frozenset[str] = frozenset()
    definitions: frozenset[str] = frozenset()  # of all operations, with their versions where they are said

    def definition(self, name: str) -> str:
        """Return how an operation of this name is defined, or an empty text."""
        ends = re.compile(rf"/OperationDefinition/{re.escape(name)}(?:\||$)")
        return next((one for one in sorted(self.definitions) if ends.search(one)), "")

    def exports(self, level: str) -> bool:
        """Whether exports of a level (system, group, patient) are announced, by whichever of the names in use."""
        own = self.operations if level == "system" else self.of(level.capitalize()).operations
        names = {"export", f"{level}-export", "$export"}
        return bool(own & names) or (level != "system" and bool(self.definition(f"{level}-export")))

    def of(self, kind: str) -> Ability:
        """Return what is said about a type, or an empty ability."""
        return self.types.get(kind, Ability())


def capability(client: Client) -> Capability:
    """Read the server's CapabilityStatement."""
    return client.get(client.address("metadata"), METADATA, _statement, fresh=True)


def _statement(answer: Answer) -> Capability:
    statement = resource_of(answer)
    if statement["resourceType"] != METADATA:
        raise NotFhir(place(answer.url), "this is no CapabilityStatement", "Check [fhir] base_url in the settings.")
    rests = _list(statement, "rest")
    rest = next((one for one in rests if one.get("mode") in {"server", None}), {})
    kinds = {kind: _ability(one) for one in _list(rest, "resource") if (kind := _text(one, "type"))}
    return Capability(
        _text(statement, "fhirVersion"), _software(statement.get("software")), kinds,
        _all(rest, "interaction", "code"), _all(rest, "operation", "name"),
        frozenset().union(*(_all(one, "operation", "definition") for one in (rest, *_list(rest, "resource")))),
    )  # fmt: skip


def _ability(resource: dict[str, Any]) -> Ability:
    return Ability(
        _all(resource, "interaction", "code"), _all(resource, "searchParam", "name"),
        resource.get("conditionalCreate") is True, _all(resource, "operation", "name"),
    )  # fmt: skip


def _software(software: object) -> str | None:
    if not isinstance(software, dict):
        return None
    return " ".join(filter(None, (_text(software, "name"), _text(software, "version")))) or None


def _all(element: dict[str, Any], name: str, key: str) -> frozenset[str]:
    return frozenset(word for one in _list(element, name) if (word := _text(one, key)))


def _list(element: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = element.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(element: dict[str, Any], name: str) -> str | None:
    value = element.get(name)
    return value if isinstance(value, str) and value else None
