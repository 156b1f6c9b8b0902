"""Certificates that will expire: those of the settings' files, and those that the servers show."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from adapter.incidents.incident import EXPIRY, Wrong
from adapter.settings.model import Settings

WARNED = (30, 7)  # days before the end: one mail at each
CONNECT_S = 5


def expiring(place: Settings, now: datetime) -> Iterator[Wrong]:
    """What expires within the days of the first warning, or has."""
    for setting, ends in [*_of_files(place), *_of_servers(place)]:
        for days in WARNED:
            if ends - now < timedelta(days):
                yield Wrong(EXPIRY, f"{setting}, {days}", ends.date().isoformat())


def _of_files(place: Settings) -> Iterator[tuple[str, datetime]]:
    fhir, outputs = place.fhir, place.outputs
    files = {
        "fhir.ca_file": fhir.ca_file,
        "fhir.client_cert_file": fhir.client_cert_file,
        "fhir.auth.key_file": fhir.auth.key_file if fhir.auth.kind == "smart_backend" else None,
        "outputs.email.ca_file": outputs.email.ca_file,
        "outputs.webhook.ca_file": outputs.webhook.ca_file if outputs.webhook.enabled else None,
    }
    for setting, file in files.items():
        ends = None if file is None else next_end(file)
        if ends is not None:
            yield setting, ends


def next_end(file: Path) -> datetime | None:
    """When the first certificate of a PEM file expires; None where there is none in it."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):  # a key alone; what cannot be read at all is an error of the run
        return None
    return min(one.not_valid_after_utc for one in found)


def _of_servers(place: Settings) -> Iterator[tuple[str, datetime]]:
    """What the FHIR server shows; through a proxy we do not look."""
    url = urlsplit(str(place.fhir.base_url or ""))
    if url.scheme != "https" or not url.hostname or place.fhir.proxy is not None:
        return
    ends = shown_end(url.hostname, url.port or 443)
    if ends is not None:
        yield f"fhir.base_url ({url.hostname})", ends


def shown_end(host: str, port: int) -> datetime | None:
    """When the certificate expires that a server shows; None where it shows none, which a run says better."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # we look at it, and send nothing
    try:
        with (
            socket.create_connection((host, port), CONNECT_S) as line,
            context.wrap_socket(line, server_hostname=host) as session,
        ):
            shown = session.getpeercert(binary_form=True)
    except OSError:
        return None
    return x509.load_der_x509_certificate(shown).not_valid_after_utc if shown else None
