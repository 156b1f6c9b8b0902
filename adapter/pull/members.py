"""Who is in the population now: as the server lists it, where it lists it whole and no fall is too far."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapter.fhir.errors import Trouble
from adapter.pull.doubt import Doubt
from adapter.pull.population import Population, in_part
from adapter.pull.pulled import Pulled

Fall = Callable[[str, Collection[str], Collection[str]], Doubt | None]


def members_of(whom: Population, known: set[str], pulled: Pulled, fall: Fall) -> set[str]:
    """The population; where the server listed a part of it only, the one `known` before: nobody leaves by that.

    Where it fell too far, nobody leaves but who opted out, which a person said. What is in doubt is among the troubles
    of the pull. Raises Trouble where nothing came at all.
    """
    source = whom.source
    try:
        listed = whom.listed()
        doubt = fall("population", known, known - listed)
        kept = known - whom.opted_out() if doubt else set[str]()
    except Trouble as trouble:
        if not in_part(trouble, came=source.answered):
            raise
        pulled.troubles["Condition"] = trouble
        return known
    pulled.unheeded(f"population ({source.strangers} others came)", source.listing.unheeded)
    doubt = doubt and fall("population", kept, kept - listed)
    if doubt is None:
        return listed
    pulled.troubles["Patient"] = doubt
    return listed | kept
