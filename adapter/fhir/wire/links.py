"""Which addresses may be asked: those of the server in the settings, however it was dressed up.

The test is on parsed parts, never on text: a prefix or a substring proves nothing (`https://hospital.example.evil`,
`https://evil?https://hospital.example`). Whatever two parsers might read in two ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from adapter.errors import SettingsError
from adapter.fhir.errors import LinkRefused, origin, place

LONGEST = 32_768  # page tokens of several thousand characters are real
PORTS = {"http": 80, "https": 443}

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:2[eEfF5]|5[cC]|[01][0-9A-Fa-f]|7[fF])")
_PATH = re.compile(r"[A-Za-z0-9%/._~!$&'()*+,;=:@|-]*")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def is_loopback(host: str) -> bool:
    """Tell whether what is sent to this host never leaves the machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Home:
    """The server's own addresses: one origin, and the paths under which it may answer."""

    base: str
    origin: tuple[str, str, int]
    paths: tuple[str, ...]

    @classmethod
    def of(cls, base_url: str, also_under: Iterable[str] = ()) -> Home:
        """Read the base address and the further path prefixes that the settings allow."""
        base = safe(base_url, "[fhir] base_url").rstrip("/")
        parts = urlsplit(base)
        if parts.query:
            raise SettingsError("[fhir] base_url: an address without a query is needed, such as https://host/fhir")
        paths = (parts.path, *(_prefix(path) for path in also_under))
        return cls(base, _origin(parts), paths)

    def resolve(self, link: object, against: str) -> str:
        """Return the whole address of a link found in the answer of `against`, or raise LinkRefused."""
        if not isinstance(link, str) or not link:
            raise _refused(against, "no address")
        trouble = _odd(link)
        if trouble:
            raise _refused(against, f"an address with {trouble}")
        try:
            url = _encoded(urljoin(against, link))
            allowed = self.owns(url) and not _half(link)
        except ValueError:
            raise _refused(against, "an address that cannot be read") from None
        if not allowed:
            raise _refused(against, _whereto(url, self.origin))
        return url

    def owns(self, url: str) -> bool:
        """Tell whether an address belongs to this server; ValueError for one that cannot be read."""
        parts = urlsplit(url)
        return not _odd_parts(parts) and _origin(parts) == self.origin and self._holds(parts.path)

    def _holds(self, path: str) -> bool:
        return any(path == prefix or path.startswith(prefix + "/") for prefix in self.paths)


def safe(url: str, setting: str) -> str:
    """Return an address from the settings if a secret may be sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        odd = _odd(url) or _odd_parts(parts)
        scheme, host, _ = ("", "", 0) if odd else _origin(parts)
    except ValueError:
        odd, scheme, host = "something that is no address", "", ""
    if odd:
        raise SettingsError(f"{setting}: {odd} found. Expected an address such as https://host/fhir")
    if scheme == "http" and not is_loopback(host):
        raise SettingsError(f"{setting}: plain http is for this machine alone (localhost, 127.0.0.1, ::1). Use https.")
    return url


def _prefix(path: str) -> str:
    if _odd(path) or _odd_parts(SplitResult("https", "x", path, "", "")) or "?" in path or "://" in path:
        raise SettingsError("[fhir] also_under: a path prefix such as /paging is needed, without host or query")
    return ("/" + path.strip("/")).rstrip("/")


def _half(link: str) -> bool:
    """`http:/x` and `///x` name a host that is not there; browsers, libraries and RFC 3986 each guess another."""
    parts = urlsplit(link)
    return not parts.netloc and (bool(parts.scheme) or link.startswith("//"))


def _odd(text: str) -> str | None:
    if len(text) > LONGEST:
        return "too many characters"
    if _FORBIDDEN.search(text):
        return "a control character, space or backslash"
    return "a fragment" if "#" in text else None


def _odd_parts(parts: SplitResult) -> str | None:
    if parts.scheme not in PORTS:
        return f"a scheme other than {' or '.join(PORTS)}"
    if not _AUTHORITY.fullmatch(parts.netloc):
        return "a host that is more than name and port"
    if not _PATH.fullmatch(parts.path) or _BAD_ESCAPE.search(parts.path):
        return "an odd path"
    # `..;x` is `..` to some servers, which take what follows a semicolon for a parameter.
    segments = {segment.partition(";")[0] for segment in parts.path.split("/")}
    return "dots in its path" if segments & {".", ".."} else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    port = parts.port
    return parts.scheme, parts.hostname or "", PORTS[parts.scheme] if port is None else port


def _encoded(url: str) -> str:
    """Some servers put a bare 狼 into a query: it is sent as UTF-8, and allowed nowhere else."""
    start, mark, query = url.partition("?")
    return start + mark + (query if query.isascii() else quote(query, safe="!$%&'()*+,;=:@/?|-._~"))


def _whereto(url: str, home: tuple[str, str, int]) -> str:
    parts = urlsplit(url)
    if not _odd_parts(parts) and _origin(parts) == home:
        return f"the path {place(parts.path)[:60]}, which is not under base_url or also_under"
    return f"another server ({origin(url)})"


def _refused(against: str, whereto: str) -> LinkRefused:
    return LinkRefused(
        place(against), f"the server links to {whereto}; nothing was sent there",
        "Ask IT to have the FHIR server use its outside address in links; a path on the same host "
        "can be allowed with [fhir] also_under.",
    )  # fmt: skip
