"""What stands in a text in another dress: percent-encoded, escaped, quoted-printable, in hexadecimal or in base64."""

import base64
import html
import json
import quopri
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

HEX = re.compile(r"(?:[0-9a-fA-F]{2}[:\s]?){6,}")
# A line of base64 may go on in the next one, as in a mail; `-` and `_` stand in addresses for `+` and `/`.
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]{8,})*")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
APART = "\n\0\n"


def unfolded(text: str) -> str:
    """The text, and behind it all that it says in another dress."""
    return APART.join([text, *_dresses(text)])


def _dresses(text: str) -> Iterator[str]:
    yield unquote_plus(text)
    yield html.unescape(text)
    yield ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    for run in HEX.findall(text):
        digits = re.sub(r"[:\s]", "", run)
        yield from (_read(bytes.fromhex(digits[at : at + (len(digits) - at) // 2 * 2])) for at in (0, 1))
    for run in BASE64.findall(text):
        said = re.sub(r"\s", "", run).replace("-", "+").replace("_", "/")
        yield from (_read(base64.b64decode(said[at : at + (len(said) - at) // 4 * 4])) for at in range(4))


def _read(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def dressed(word: str) -> dict[str, str]:
    """A word in each dress, with something before it, so that it begins anywhere."""
    raw = f"ab {word} c".encode()
    return {
        "plain": word,
        "percent": quote(word),
        "every byte percent": "".join(f"%{byte:02x}" for byte in raw),
        "json": json.dumps(word),
        "html": word.encode("ascii", "xmlcharrefreplace").decode(),
        "quoted-printable": quopri.encodestring(raw).decode(),
        "hex": raw.hex(),
        "hex in pairs": raw.hex(":").upper(),
        **{f"base64 after {at}": base64.b64encode(b"x" * at + raw).decode() for at in range(4)},
        "base64 in an address": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "base64 of a mail": base64.encodebytes(b"x" * 50 + raw * 3).decode(),
    }
