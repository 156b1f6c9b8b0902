"""Why what a server gave is not believed, though nothing failed: then the chart keeps what it had, the journal too.

A hospital's records grow. Where more than a fifth of something is gone at once, a search that lost its way is likelier
than so many deletions, and a person has to say so first. A few may always go: five is where a fall begins.
"""

from __future__ import annotations

from adapter.fhir.errors import Temporary

LEAST = 5  # fewer are no fall, however few there were
SHARE = 5  # one in so many may be gone at once
ACCEPT = "If it is true, say so once: trial-adapter run --accept-fall. Else ask IT about the FHIR server."


class Doubt(Temporary):
    """What was read may not be the whole."""


def fall(what: str, had: int, gone: int) -> Doubt | None:
    """Doubt that so many are gone at once, or None where that may be."""
    if gone < LEAST or gone * SHARE <= had:
        return None
    return Doubt(what, f"{gone} of {had} are gone at once; all were kept and nobody is decided", ACCEPT)


def lowered(had: int, gone: int) -> Doubt | None:
    """Doubt that so many who were worth a look are so no longer, all at once, or None where that may be."""
    if fall("", had, gone) is None:
        return None
    says = f"{gone} of {had} would be worth a look no longer, all at once; they keep what was decided"
    return Doubt("flagged patients", says, ACCEPT)


def nameless(kind: str) -> Doubt:
    """Doubt because of a resource that cannot be read and names no patient: it may be anybody's."""
    what = "a resource that cannot be read names no patient, so it may be anybody's"
    return Doubt(kind, what, "Ask IT to mend it: the report counts it as quarantined. Each run reads the type again.")
