"""The command `key`: the private key of a sign-in is made here and stays here; its public half is registered."""

from __future__ import annotations

import argparse
import sys

from adapter.errors import FINE
from adapter.fhir.auth.keys import jwks, new_key, read_key

NEXT = """{file}: made, mode 0600. Back it up; without it the registration has to be done anew.
Register the set above (SMART Backend Services, private_key_jwt, {algorithm}) with the FHIR server's vendor, then set
[fhir.auth] kind = "smart_backend", client_id, and key_file = "{file}".
"""


def key(asked: argparse.Namespace) -> int:
    """Make a key, or read one, and print what is to be registered of it."""
    if asked.action == "new":
        new_key(asked.file, asked.kind)
    one = read_key(asked.file, asked.key_id)
    sys.stdout.write(jwks(one) + "\n")
    if asked.action == "new":
        sys.stderr.write(NEXT.format(file=asked.file, algorithm=one.algorithm))
    return FINE
