"""The gate in front of every page: a known address, a sign-in, a role in this study, a form of our own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request
from werkzeug.wrappers import Response as Answer

from adapter.settings import is_loopback
from adapter.settings.model import Worklist
from adapter.worklist.access.roles import OPEN, Role
from adapter.worklist.access.sessions import Session, Sessions
from adapter.worklist.access.throttle import Throttle
from adapter.worklist.access.users import User, Users
from adapter.worklist.ward import Ward

READS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN = "form_token"  # noqa: S105 - the name of a field
NOBODY = "nobody known"  # no user's name: those have no blank
OURS = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    session: Session
    user: User
    role: Role


class Gate:
    """Lets in who may come in; one for the whole page."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.sessions = Sessions(ward.place.idle_minutes * 60.0, time.monotonic)
        self.throttle = Throttle(time.monotonic)
        self.secure = (ward.place.public_url or "").startswith("https:")
        self.cookie = "__Host-session" if self.secure else "session"

    def guard(self, app: Flask) -> None:
        """Stand in front of this application."""
        app.extensions["gate"] = self
        app.before_request(self.check)

    def check(self) -> Answer | None:
        """Let a request through, or answer it: 400 a foreign address, 403 no role or a foreign form, else sign in."""
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None:
            return None  # there is no such page, and the answer says only that
        roles: frozenset[Role] = getattr(view, "open_to", frozenset())
        is_open = hasattr(view, "open_to") and roles is OPEN
        if not (getattr(view, "from_anywhere", False) or known_host(request.host, self.ward.place)):
            abort(400)
        if request.method not in READS and not _from_here():
            abort(403)
        g.visit = None if is_open and not self._has_cookie() else self._visit()
        return None if is_open else self._let_in(roles)

    def sign_in(self, user: str, answer: Answer, way: str) -> None:
        """Open a session under a new token, whatever token came before, and hand it to the browser."""
        self._audit("signed-in", user, way=way)
        self.sessions.end(request.cookies.get(self.cookie))
        token = self.sessions.begin(user)
        answer.set_cookie(self.cookie, token, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def sign_out(self, answer: Answer) -> None:
        """End the session."""
        if visit := getattr(g, "visit", None):
            self._audit("signed-out", visit.user.name)
        self.sessions.end(request.cookies.get(self.cookie))
        answer.delete_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def refuse(self, user: str, way: str, why: str) -> None:
        """Put on record that a sign-in failed; a name that no user has is not kept: it may be a password."""
        self._audit("sign-in-failed", user or NOBODY, way=way, why=why)

    def _audit(self, kind: str, who: str, **what: str) -> None:
        with self.ward.journal.transaction() as work:
            work.audit(kind, who, **what)

    def _has_cookie(self) -> bool:
        return self.cookie in request.cookies

    def _visit(self) -> Visit | None:
        """Who comes; a user who was disabled meanwhile is nobody, and a role is looked up each time."""
        session = self.sessions.of(request.cookies.get(self.cookie))
        user = Users(self.ward.database).named(session.user) if session else None
        if session is None or user is None or user.disabled_at is not None:
            return None
        role = user.roles.get(self.ward.study.id)
        g.session = session
        return Visit(session, user, role) if role else None

    def _let_in(self, roles: frozenset[Role]) -> Answer | None:
        visit: Visit | None = g.visit
        if visit is None:
            if getattr(g, "session", None) is not None:
                abort(403)  # signed in, and nothing in this study
            back = quote(request.full_path.rstrip("?"), safe="") if request.method in READS else ""
            return redirect(f"/login?next={back}" if back else "/login", 303)
        if visit.role not in roles:
            abort(403)
        if request.method not in READS and not visit.session.sent(request.form.get(TOKEN, "")):
            abort(403)
        return None


def known_host(host: str, place: Worklist) -> bool:
    """Whether a request names this page as the settings do, or as this machine; else it is somebody's trick.

    Any other name would carry passwords over the network in the clear, for only public_url is behind TLS.
    """
    name = urlsplit(f"//{host}").hostname or ""
    public = urlsplit(place.public_url or "").hostname
    return is_loopback(name) or name == public


def _from_here() -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.host
    return request.headers.get("Sec-Fetch-Site", "none") in OURS


def local_path(wanted: str) -> str:
    """A path of this page, or the worklist where anything else was given: nobody is led elsewhere after a sign-in."""
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if safe and wanted.isprintable() and "\\" not in wanted else "/worklist"


def the_gate() -> Gate:
    """The gate of the application that answers now."""
    gate: Gate = current_app.extensions["gate"]
    return gate


def the_visit() -> Visit:
    """Who comes, on a page that needs a sign-in."""
    visit: Visit = g.visit
    return visit


def harden(answer: Response) -> Response:
    """Say to the browser what this page never does."""
    headers: dict[str, Any] = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    answer.headers.update(headers)
    return answer


POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; font-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
