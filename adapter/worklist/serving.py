"""The page on its port: waitress in a thread, beside whatever else the process does."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import waitress

from adapter.errors import SettingsError
from adapter.settings.model import Worklist

THREADS = 8
LONGEST_BODY = 1 << 20  # bytes; a form is a few thousand


@contextmanager
def listening(app: Callable[..., Any], place: Worklist) -> Iterator[str]:
    """Answer while the block lasts; give `host:port`."""
    try:
        server = waitress.create_server(
            app, host=place.host, port=place.port, threads=THREADS, ident=None,
            max_request_body_size=LONGEST_BODY, **_proxied(place),
        )  # fmt: skip
    except OSError as error:
        raise SettingsError(
            f"[worklist] host and port: cannot listen on {place.host}:{place.port} ({error.strerror}). "
            "Another service may be there; name another port."
        ) from None
    gc.freeze()  # what is loaded by now stays to the end: it need not be gone through for garbage at every page
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"{place.host}:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=2)
        server.close()
        thread.join(2)


def _proxied(place: Worklist) -> dict[str, Any]:
    """Who may say where a request comes from: the site's own proxy, and nobody where none is named."""
    if place.trusted_proxy is None:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": place.trusted_proxy,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }
