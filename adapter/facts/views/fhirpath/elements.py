"""What a path must know of FHIR's elements: which are choices, which types there are, and how to step into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

Take: TypeAlias = Callable[[Any], list[Any]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXTS: Final = _words(
    "base64Binary canonical code date dateTime id instant markdown oid string time uri url uuid xhtml"
)
_WHOLES: Final = _words("integer integer64 positiveInt unsignedInt")
_COMPLEX: Final = _words(
    "Address Age Annotation Attachment Availability BackboneElement CodeableConcept CodeableReference Coding "
    "ContactDetail ContactPoint Contributor Count DataRequirement Distance Dosage Duration Element Expression "
    "ExtendedContactDetail Extension HumanName Identifier Meta Money MonetaryComponent Narrative ParameterDefinition "
    "Period Population ProdCharacteristic ProductShelfLife Quantity Range Ratio RatioRange Reference RelatedArtifact "
    "SampledData Signature SubstanceAmount Timing TriggerDefinition UsageContext VirtualServiceDetail"
)
TYPES: Final = _TEXTS | _WHOLES | _COMPLEX | {"boolean", "decimal"}

# ofType(Instant) is seen too, after the type names of FHIRPath's own System.
SPELLINGS: Final = {kind.capitalize(): kind for kind in ("boolean", "decimal", "instant", "integer", "string", "time")}

# ofType(Quantity) holds for an Age too, as ofType(string) does for a code.
SUBTYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "Quantity": ("Age", "Count", "Distance", "Duration"),
    "string": ("code", "id", "markdown"),
    "uri": ("url", "canonical", "oid", "uuid"),
    "integer": ("positiveInt", "unsignedInt"),
}

# Elements written name[x] in R4, R4B or R5; only these are searched for under a type's name.
CHOICES: Final = _words(
    "abatement additive age allowed amount answer asNeeded author born bounds by cause characteristic chargeItem "
    "collected content created coverage deceased defaultValue definition detail diagnosis dose due effective entity "
    "event example exposure fastingStatus fixed focus identified indication instantiates item legallyBinding "
    "location manufacturer maxValue maximumVolume medication minValue minimumVolume multipleBirth occurrence occurred "
    "offset onset participantEffective pattern performed point product programCode quantity rate reason recipient "
    "relatedArtifact reported result scheduled schedule selection serviced source start statusReason subject "
    "substance target time timing topic unit usageContext use value versionAlgorithm"
)

# Elements of type date; all others that look like a date are dateTimes. Only boundaries ask.
DATES: Final = _words(
    "approvalDate birthDate deathDate dueDate expirationDate lastReviewDate publicationDate startDate statusDate"
)

# Elements that hold whole resources, where ofType() may name a resource type.
RESOURCE_HOLDERS: Final = frozenset({"contained", "resource", "outcome"})


def listed(value: Any) -> list[Any]:
    """Read a JSON value as a collection: nulls and lists within lists hold no element."""
    if value is None:
        return []
    if isinstance(value, list):
        return [item for item in value if item is not None and not isinstance(item, list)]
    return [value]


def step(name: str) -> Take:
    """Return the step to the child elements of one name."""
    return lambda node: listed(node.get(name)) if isinstance(node, dict) else []


def choice_keys(name: str, kind: str) -> tuple[str, ...]:
    """Return the JSON keys under which a choice element of this type, or of a type under it, may stand."""
    return tuple(name + one[0].upper() + one[1:] for one in (kind, *SUBTYPES.get(kind, ())))


def choice_step(name: str) -> Take:
    """Return the step to a choice element of any type."""
    endings = frozenset(key[len(name) :] for kind in TYPES for key in choice_keys(name, kind))

    def take(node: Any) -> list[Any]:
        if not isinstance(node, dict):
            return []
        if name in node:
            return listed(node[name])
        size = len(name)
        return [v for key in node if key.startswith(name) and key[size:] in endings for v in listed(node[key])]

    return take


def typed_step(name: str, kind: str) -> Take:
    """Return the step to a choice element of one type."""
    keys = choice_keys(name, kind)

    def take(node: Any) -> list[Any]:
        if not isinstance(node, dict):
            return []
        found = [value for key in keys if key in node for value in listed(node[key])]
        # Where the element is no choice after all, as Identifier.value, the JSON type must do.
        return found or [value for value in listed(node.get(name)) if fits(value, kind)]

    return take


def fits(value: Any, kind: str) -> bool:
    """Tell whether a JSON value can be of a FHIR type; a resource says itself what it is."""
    if isinstance(value, dict):
        return value["resourceType"] == kind if "resourceType" in value else kind in _COMPLEX
    if isinstance(value, str):
        return kind in _TEXTS
    if isinstance(value, bool):
        return kind == "boolean"
    return kind == "decimal" if isinstance(value, float | Decimal) else kind in _WHOLES or kind == "decimal"
