"""How the adapter signs in. A secret goes to the server or its token endpoint, and into no message or log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from adapter.errors import SettingsError
from adapter.fhir.auth.backend import SmartBackend
from adapter.fhir.auth.base import Auth, Exchange, Fixed, SignIn, Way, basic
from adapter.fhir.auth.scopes import Need
from adapter.fhir.auth.token import ClientSecret

__all__ = ["FORM", "Auth", "Need", "SignIn", "encode_form", "sign_in"]

FORM = "application/x-www-form-urlencoded"


def encode_form(form: Mapping[str, str]) -> bytes:
    """Return the body of a form."""
    return urlencode(form).encode()


def sign_in(auth: Auth, base: str, exchange: Exchange, clock: Callable[[], float]) -> SignIn:
    """Return the way to sign in that the settings name."""
    way = WAYS.get(auth.kind)
    if way is None:
        known = ", ".join(f'"{kind}"' for kind in WAYS)
        raise SettingsError(f'[fhir.auth] kind: "{auth.kind}" is not possible with this version. Use one of {known}.')
    missing = [name for name in NEEDED.get(auth.kind, ()) if not getattr(auth, name)]
    if missing:
        raise SettingsError(f'[fhir.auth] {missing[0]}: kind "{auth.kind}" needs it. Set it (a secret by its _file).')
    return way(auth, base, exchange, clock)


# Another way to sign in is one more row.
WAYS: dict[str, Way] = {
    "none": lambda auth, base, exchange, clock: Fixed(None),
    "basic": lambda auth, base, exchange, clock: Fixed(basic(auth.username, auth.password)),
    "client_secret": ClientSecret,
    "smart_backend": SmartBackend,
}
NEEDED = {
    "basic": ("username", "password"),
    "client_secret": ("client_id", "client_secret"),
    "smart_backend": ("client_id", "key_file"),
}
