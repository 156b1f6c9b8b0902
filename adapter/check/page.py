"""The hospital's own sign-in to the page: whether the authority answers, and whether somebody could come in by it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.errors import AdapterError
from adapter.settings import Settings
from adapter.worklist.access.oidc.authority import Authority, NotLetIn

ABOUT = "page sign-in"
TO_DO = (
    "Check worklist.oidc issuer and ca_file, and with IT whether this machine may reach it: nobody can sign in by it."
)
ALONE = "Set worklist.public_url: without it the way back from there is good on this machine alone."


def page_sign_in(place: Settings) -> Iterator[Finding]:
    """Ask the authority where it is, and for its keys; nobody is signed in."""
    oidc = place.worklist.oidc
    if oidc.issuer is None:
        return
    try:
        keys = Authority(oidc, monotonic).ready()
    except AdapterError as fault:
        yield fault_of(ABOUT, fault)
    except NotLetIn as refusal:
        yield Finding(ABOUT, f"{oidc.issuer}: {refusal.why}.", TO_DO, errors.OUTPUT)
    else:
        says = f"{oidc.issuer} answers, with {keys} key{'s' if keys > 1 else ''} that tokens may be signed by"
        yield Finding(
            ABOUT, says if place.worklist.public_url else f"{says}.", "" if place.worklist.public_url else ALONE
        )
