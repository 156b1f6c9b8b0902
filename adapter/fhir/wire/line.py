"""The line to the hospital: whose word is trusted, how we prove ourselves, and through which proxy it goes."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from adapter.errors import SettingsError
from adapter.private import read_private

PEM = "Name a PEM file."


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy that is asked by CONNECT: it sees host and port, nothing else."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """Return how we sign in at the proxy."""
        if not self.username:
            return {}
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {pair}"}


@dataclass(frozen=True, slots=True)
class Line:
    """CA, certificate of our own, and proxy; all may be missing."""

    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None  # missing: the key stands in the certificate's file
    proxy: Proxy | None = None

    @property
    def certificate(self) -> str | tuple[str, str] | None:
        """Return our certificate as requests takes it."""
        if self.client_cert_file and self.client_key_file:
            return self.client_cert_file, self.client_key_file
        return self.client_cert_file


def checked(line: Line) -> Line:
    """Return the line if its files are there, fit and private; raise SettingsError before anything is sent."""
    if line.ca_file:
        _read_authorities(line.ca_file)
    if line.client_key_file and not line.client_cert_file:
        raise SettingsError("[fhir] client_cert_file: client_key_file is of no use without it. Name the certificate.")
    if line.client_cert_file:
        _certificate(line.client_cert_file, line.client_key_file)
    return line


def _read_authorities(file: str) -> None:
    """Read the file once before anything is asked: later it would look like a fault of the server."""
    try:
        if not Path(file).is_file():
            raise SettingsError(f"[fhir] ca_file: there is no file {file}. Name a PEM file of CAs.")
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise SettingsError(f"[fhir] ca_file: {file} holds no certificate in PEM form. Have IT export it so.") from None
    except OSError as error:
        raise SettingsError(f"[fhir] ca_file: {file} cannot be read ({error.strerror}).") from None


def _certificate(cert: str, key: str | None) -> None:
    if not Path(cert).is_file():
        raise SettingsError(f"[fhir] client_cert_file: there is no file {cert}. {PEM}")
    setting = "[fhir] client_key_file" if key else "[fhir] client_cert_file (with the key)"
    read_private(Path(key or cert), setting, PEM)
    try:
        # An empty passphrase opens no locked key; without one OpenSSL would ask at the terminal, and wait.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password="")
    except (ssl.SSLError, OSError, ValueError):
        raise SettingsError(
            f"{setting}: {key or cert} is no key without passphrase that belongs to the certificate {cert}. "
            "Name both as PEM."
        ) from None
