"""The application: its pages, the gate in front of them, and what every page is given to show."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, render_template
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError

from adapter.database import DatabaseError
from adapter.errors import AdapterError
from adapter.worklist.access.gate import TOKEN, Gate, Visit, harden
from adapter.worklist.access.oidc.authority import Authority
from adapter.worklist.access.oidc.pending import Pending
from adapter.worklist.access.roles import EVERYBODY, OPEN, READERS, home_of, open_to
from adapter.worklist.pages import acts, forms, health, hospital, operation, patient, people, sign_in, status
from adapter.worklist.show.reader import Reader, language_asked
from adapter.worklist.ward import Ward

log = logging.getLogger(__name__)
LONGEST_FORM = 1 << 18  # bytes
NAVIGATION = (("/worklist", "nav.worklist", READERS), ("/operation", "nav.operation", EVERYBODY))
SAID = frozenset({400, 403, 404, 405, 409, 413, 429, 503})


def create_app(ward: Ward) -> Flask:
    """Make the page of one study."""
    app = Flask("adapter.worklist", root_path=str(Path(__file__).parent))
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_FORM, MAX_FORM_PARTS=500)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["ward"] = ward
    for room in (health, operation, sign_in, hospital, people, patient, forms, acts, status):
        app.register_blueprint(room.pages)
    if ward.place.oidc.issuer is not None:
        app.extensions |= {"authority": Authority(ward.place.oidc, monotonic), "pending": Pending(monotonic)}
    app.view_functions["static"] = open_to(OPEN)(app.view_functions["static"])
    app.before_request(lambda: _read_by(ward))
    Gate(ward).guard(app)
    app.after_request(harden)
    app.context_processor(lambda: _shown(ward))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(DatabaseError, _unreachable)
    app.register_error_handler(Exception, _our_fault)
    return app


def _read_by(ward: Ward) -> None:
    g.reader = Reader(ward.texts, language_asked(), ZoneInfo(ward.time_zone))


def _shown(ward: Ward) -> dict[str, Any]:
    """What every template may use."""
    reader: Reader = g.reader
    visit: Visit | None = getattr(g, "visit", None)
    return {
        "say": reader.say, "day": reader.day, "instant": reader.instant, "language": reader.language,
        "study": ward.study, "visit": visit, "home": home_of(visit.role if visit else None), "form_token": _form_token,
        "visible_pages": [(path, name) for path, name, roles in NAVIGATION if visit and visit.role in roles],
    }  # fmt: skip


def _form_token() -> Markup:
    """The field by which a form of ours is known again."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, g.visit.session.form_token)


def _refused(error: HTTPException) -> Any:
    """Say what kept somebody out, and nothing of what they asked for."""
    if isinstance(error, InternalServerError):
        return _message(500)
    code = error.code or 500
    answer = _message(code if code in SAID else 400)
    return (answer[0], code, dict(error.get_headers())) if code == 405 else answer


def _unreachable(error: DatabaseError) -> Any:
    log.error("the page cannot read the database: %s", error)
    return _message(503)


def _our_fault(error: Exception) -> Any:
    """Name the place of a fault and not its words, which may hold what must not be logged."""
    frames = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-3:]]
    said = f": {error}" if isinstance(error, AdapterError) else ""
    log.error("a page failed: %s at %s%s", type(error).__name__, " < ".join(reversed(frames)), said)
    return _message(500)


def _message(code: int) -> tuple[str, int]:
    return render_template("message.html", code=code), code
