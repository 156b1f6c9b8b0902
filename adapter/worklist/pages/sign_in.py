"""Signing in and out, and choosing a language."""

from __future__ import annotations

import logging
import math

from flask import Blueprint, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response

from adapter.words import LANGUAGES
from adapter.worklist.access.gate import local_path, the_gate
from adapter.worklist.access.passwords import is_right
from adapter.worklist.access.roles import EVERYBODY, OPEN, Role, home_of, open_to
from adapter.worklist.access.users import NAME, Users
from adapter.worklist.show.reader import COOKIE

log = logging.getLogger(__name__)
pages = Blueprint("sign_in", __name__)
A_YEAR_S = 365 * 86_400
PASSWORD = "password"  # noqa: S105 - the name of a way


@pages.get("/")
@open_to(OPEN)
def front() -> Response:
    """Lead to where the reader begins."""
    return redirect(home_of(g.visit.role if g.visit else None), 303)


@pages.get("/login")
@open_to(OPEN)
def login() -> Response | str:
    """Ask who comes."""
    back = local_path(request.args.get("next", ""))
    return redirect(within(back, g.visit.role), 303) if g.visit else login_form(back)


@pages.post("/login")
@open_to(OPEN)
def enter() -> Response | tuple[str, int, dict[str, str]] | tuple[str, int]:
    """Let in whoever knows the password of a user."""
    name, back = request.form.get("username", "").strip(), local_path(request.form.get("next", ""))
    gate, address = the_gate(), request.remote_addr or ""
    if wait := math.ceil(gate.throttle.wait_s(name, address)):
        return login_form(back, "login.wait", seconds=wait), 429, {"Retry-After": str(wait)}
    user = Users(gate.ward.database).named(name) if NAME.fullmatch(name) else None
    kept = user.password if user and user.disabled_at is None else None
    if not is_right(kept, request.form.get("password", "")):
        gate.throttle.fail(name, address)
        log.warning("a sign-in to the page failed")
        gate.refuse(user.name if user else "", PASSWORD, "name or password")
        return login_form(back, "login.wrong"), 401
    gate.throttle.succeed(name, address)
    answer = redirect(within(back, user.roles.get(gate.ward.study.id) if user else None), 303)
    gate.sign_in(name, answer, PASSWORD)
    return answer


@pages.post("/logout")
@open_to(EVERYBODY)
def leave() -> Response:
    """Sign out."""
    answer = redirect("/login?left=1" if "authority" in current_app.extensions else "/login", 303)
    the_gate().sign_out(answer)
    return answer


@pages.post("/language")
@open_to(OPEN)
def language() -> Response:
    """Keep the language that the reader chose, and show the same page in it."""
    answer = redirect(local_path(request.form.get("next", "")), 303)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        secure = the_gate().secure
        answer.set_cookie(COOKIE, chosen, max_age=A_YEAR_S, secure=secure, httponly=True, samesite="Lax")
    return answer


def within(back: str, role: Role | None) -> str:
    """Where to go after a sign-in: a role that sees no patient begins elsewhere than with the patients."""
    return home_of(role) if back == home_of(None) else back


def login_form(back: str, trouble: str = "", **filled: object) -> str:
    """The page that asks who comes, and says what kept somebody out."""
    said, hospital = g.reader.say(trouble, **filled) if trouble else "", "authority" in current_app.extensions
    left = hospital and "left" in request.args and not trouble
    # A refusal does not repeat its own address: there it may hold a code and the words of an authority.
    refused = {"code": 401} if trouble else {}
    return render_template("login.html", back=back, trouble=said, hospital=hospital, left=left, **refused)
