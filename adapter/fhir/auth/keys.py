"""The key that a sign-in is signed with: read with care, shown to nobody but for its public half."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from adapter.errors import SettingsError
from adapter.private import make_private, read_private

SETTING = "[fhir.auth] key_file"
LEAST_BITS = 2048
MADE_BITS = 3072
CURVE = "P-384"
NEW = "Make one with `trial-adapter key new FILE`."
# What a key of each kind is read as, and what it signs by: SMART asks every client for these two.
ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}

Jwk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name; neither repr nor a message shows more than the name."""

    id: str
    key: RSAKey | ECKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """RS384 or ES384, by the kind of the key."""
        return ALGORITHMS[self.key.key_type]

    def public(self) -> Jwk:
        """Return the public half as a JWK, as it is registered with the authorization server."""
        shown = {name: value for name, value in self.key.as_dict(private=False).items() if name in _PUBLIC}
        return {**shown, "kid": self.id, "use": "sig", "alg": self.algorithm}


_BROKEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnsupportedAlgorithm)
_PUBLIC = {"kty", "n", "e", "crv", "x", "y"}


def read_key(file: Path, key_id: str | None = None) -> SigningKey:
    """Read the key of a file: PEM, a JWK, or a JWKS, of which `key_id` chooses, else the last that can sign.

    Raises SettingsError where there is none, where others may read it, or where SMART does not know its kind.
    """
    content = read_private(file, SETTING, NEW)
    try:
        if b"-----BEGIN" in content:
            key = _of_pem(content)
            return SigningKey(key_id or key.thumbprint(), key)
        return _of_jwks(json.loads(content), key_id)
    except _Unfit as unfit:
        raise SettingsError(f"{SETTING}: {file} {unfit}") from None
    except (*_BROKEN, JoseError):  # their own words may repeat what they were given
        raise SettingsError(f"{SETTING}: {file} holds no key that can be read (PEM, JWK or JWKS). {NEW}") from None


def new_key(file: Path, kind: Literal["ec", "rsa"]) -> SigningKey:
    """Make a key and write it as PEM, mode 0600; raises SettingsError where the file is there already."""
    key = ECKey.generate_key(CURVE) if kind == "ec" else RSAKey.generate_key(MADE_BITS)
    make_private(file, key.as_pem(private=True))
    return SigningKey(key.thumbprint(), key)


def jwks(*keys: SigningKey) -> str:
    """Return the public JWK set to register, as JSON."""
    return json.dumps({"keys": [key.public() for key in keys]})


class _Unfit(Exception):  # noqa: N818 - it ends in a SettingsError
    pass


def _of_pem(content: bytes) -> RSAKey | ECKey:
    try:
        native = load_pem_private_key(content, password=None)
    except TypeError:
        raise _Unfit(
            "is locked with a passphrase, which a service cannot type. "
            "Write it without one: openssl pkey -in OLD -out NEW"
        ) from None
    if isinstance(native, rsa.RSAPrivateKey):
        return _fit(_rsa(native))
    if isinstance(native, ec.EllipticCurvePrivateKey):
        return _fit(ECKey.import_key(native))
    raise _Unfit(f"holds a key that is neither RSA nor EC. {NEW}")


def _of_jwks(value: Any, key_id: str | None) -> SigningKey:
    listed = value.get("keys", [value])
    lone = key_id if len(listed) == 1 else None  # a lone key may go without a name of its own
    chosen = [one for one in listed if _signs(one) and (key_id is None or one.get("kid", lone) == key_id)]
    if not chosen:
        named = f' "{key_id}"' if key_id else ""
        raise _Unfit(f"holds no private signing key{named}. Name one that it holds in [fhir.auth] key_id.")
    last = chosen[-1]
    key = _fit(_rsa(last) if last["kty"] == "RSA" else ECKey.import_key(last))
    return SigningKey(key_id or last.get("kid") or key.thumbprint(), key)


def _signs(jwk: Jwk) -> bool:
    algorithm = ALGORITHMS.get(jwk["kty"])
    return (
        algorithm is not None and "d" in jwk and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm and "sign" in jwk.get("key_ops", ["sign"])
    )  # fmt: skip


def _rsa(value: Any) -> RSAKey:
    with warnings.catch_warnings():  # that it is short is said by us
        warnings.simplefilter("ignore", SecurityWarning)
        return RSAKey.import_key(value)


def _fit(key: RSAKey | ECKey) -> RSAKey | ECKey:
    if isinstance(key, RSAKey) and key.raw_value.key_size < LEAST_BITS:
        raise _Unfit(f"holds an RSA key of {key.raw_value.key_size} bits; {LEAST_BITS} are the least. {NEW}")
    if isinstance(key, ECKey) and key.curve_name != CURVE:
        raise _Unfit(f"holds an EC key on {key.curve_name}; ES384 needs {CURVE}. {NEW}")
    return key
