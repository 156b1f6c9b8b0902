"""What ten patients' resources hold, counted: nothing else of them is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from adapter.facts.coding.codes import Codes
from adapter.facts.decode import Unreadable, decode

CODED = ("code", "medicationCodeableConcept")
PLAIN = re.compile(r"[A-Za-z0-9._/:^+#-]{1,100}")  # what does not look like a code may be anything, also a name


class Unmapped:
    """Counts the codes that no codelist and no table of the hospital knows; texts stay out."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self.counts: Counter[str] = Counter()

    def take(self, raw: bytes) -> None:
        """Look at what one resource is about, and at its components."""
        try:
            resource = decode(raw)
        except (Unreadable, RecursionError):
            return  # counted as quarantined where it is read
        kind = str(resource.get("resourceType"))
        inner = resource.get("component")
        for element in (resource, *(inner if isinstance(inner, list) else ())):
            for name in CODED:
                concept = element.get(name) if isinstance(element, Mapping) else None
                if isinstance(concept, Mapping):
                    self._look(kind, concept)

    def _look(self, kind: str, concept: Mapping[str, Any]) -> None:
        listed, text = concept.get("coding"), concept.get("text")
        codings = [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, Mapping)]
        if self._codes.concepts(codings, text, kind="any"):
            return
        first = next((one for one in codings if one.get("code")), {})
        said = [str(first.get(key) or "") for key in ("system", "code")]
        plain = said[1] and all(PLAIN.fullmatch(part) for part in said if part)
        self.counts[f"{kind} {said[0]}|{said[1]}" if plain else f"{kind} with a text alone"] += 1
