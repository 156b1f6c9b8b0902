"""Whether the server's authorization lets us in, what it grants, and what is to be registered with it."""

from __future__ import annotations

from collections.abc import Generator

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.errors import AdapterError
from adapter.fhir.auth.backend import NOTICED_S, SmartBackend
from adapter.fhir.auth.keys import jwks
from adapter.fhir.auth.token import Token
from adapter.fhir.client import Client

UNTRIED = {
    "none": '[fhir.auth] kind is "none": the server is asked without a sign-in',
    "basic": "each request carries the name and password of [fhir.auth]; whether they are taken shows below",
}


def signed_in(client: Client) -> Generator[Finding, None, bool]:
    """Fetch a token where there are tokens, and return whether there is one; nothing else is asked for."""
    signing = client.signing
    if not isinstance(signing, Token):
        yield Finding("sign-in", UNTRIED[client.server.auth.kind])
        return True
    if isinstance(signing, SmartBackend):
        yield Finding("key to register", jwks(signing.key))
    try:
        signing.header()
    except AdapterError as fault:
        yield _asked(signing)
        yield fault_of("sign-in", fault)
        return False
    yield Finding("sign-in", f"let in for {signing.life_s:.0f} seconds at a time")
    yield _asked(signing)
    yield _granted(signing)
    if isinstance(signing, SmartBackend) and abs(signing.skew_s) >= NOTICED_S:
        says = f"differs from the token endpoint's by {abs(signing.skew_s):.0f} seconds."
        yield Finding("clock", says, "Have this machine set its clock by NTP.")
    return True


def _asked(signing: Token) -> Finding:
    return Finding("scopes asked", signing.asked or "none")


def _granted(signing: Token) -> Finding:
    granted = "as asked: the answer names none" if signing.granted is None else signing.granted or "none"
    lacking = [f"system/{need.kind}.{need.rights}" for need in signing.needs if signing.lacks(need)]
    if not lacking:
        return Finding("scopes granted", granted)
    to_do = f"Ask IT to grant {' '.join(lacking)}: what was not granted is not asked for, and its patients stay open."
    return Finding("scopes granted", f"{granted}.", to_do, errors.PARTIAL)
