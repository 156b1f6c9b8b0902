"""Signing in with the hospital's account: there, back, and out."""

from __future__ import annotations

import logging
import math

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from adapter.worklist.access.gate import Gate, local_path, the_gate
from adapter.worklist.access.oidc.authority import Authority, NotLetIn
from adapter.worklist.access.oidc.known import known
from adapter.worklist.access.oidc.pending import LASTS_S, Pending
from adapter.worklist.access.roles import OPEN, open_to
from adapter.worklist.pages.sign_in import login_form, within

log = logging.getLogger(__name__)
pages = Blueprint("hospital", __name__)
WAY = "hospital"
RETURN = "/login/hospital/return"
Shown = Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@pages.get("/login/hospital")
@open_to(OPEN)
def begin() -> Shown:
    """Send a browser to the authority, and remember that it was sent."""
    authority, gate, back = _authority(), the_gate(), local_path(request.args.get("next", ""))
    begun = _pending().begin(back)
    try:
        answer = redirect(authority.address(begun, _own(gate, RETURN)), 303)
    except NotLetIn as refusal:
        return _refused(refusal, back)
    # It only says which browser was sent; what proves the answer stays here.
    answer.set_cookie(
        _cookie(gate), begun.browser, max_age=int(LASTS_S), secure=gate.secure, httponly=True, samesite="Lax", path="/"
    )
    return answer


@pages.get(RETURN)
@open_to(OPEN)
def come_back() -> Shown:
    """Let in whom the authority names, if the page knows them."""
    authority, gate, address = _authority(), the_gate(), request.remote_addr or ""
    guesser = f" {address}"  # no user's name: who fails here is kept waiting by their address alone
    if wait := math.ceil(gate.throttle.wait_s(guesser, address)):
        return login_form("", "login.wait", seconds=wait), 429, {"Retry-After": str(wait)}
    begun = _pending().take(request.args.get("state", ""), request.cookies.get(_cookie(gate), ""))
    try:
        if begun is None:
            raise NotLetIn("it was not begun here, or too long ago")
        user = known(gate.ward, authority.claims(request.args, begun, _own(gate, RETURN)))
    except NotLetIn as refusal:
        if not refusal.unreachable:
            gate.throttle.fail(guesser, address)
        gate.refuse("", WAY, refusal.why)
        return _refused(refusal, begun.back if begun else "")
    gate.throttle.succeed(guesser, address)
    answer = redirect(within(begun.back, user.roles.get(gate.ward.study.id)), 303)
    answer.delete_cookie(_cookie(gate), secure=gate.secure, httponly=True, samesite="Lax", path="/")
    gate.sign_in(user.name, answer, WAY)
    return answer


@pages.get("/login/hospital/leave")
@open_to(OPEN)
def leave() -> Response:
    """Lead on to the authority's own sign-out, where it has one."""
    try:
        return redirect(_authority().farewell(_own(the_gate(), "/login")) or "/login", 303)
    except NotLetIn as refusal:
        log.warning("the sign-out at the hospital's authority failed: %s", refusal.why)
        return redirect("/login", 303)


def _refused(refusal: NotLetIn, back: str) -> tuple[str, int]:
    """Say that somebody was not let in, and to the log alone why: no name, no token, no word of the authority."""
    log.warning("a sign-in by the hospital's authority failed: %s", refusal.why)
    trouble, code = ("login.unreachable", 503) if refusal.unreachable else ("login.refused", 401)
    return login_form(back, trouble), code


def _own(gate: Gate, path: str) -> str:
    """An address of this page as browsers know it; the gate has made sure of the host."""
    return (gate.ward.place.public_url or request.host_url.rstrip("/")) + path


def _cookie(gate: Gate) -> str:
    return f"{gate.cookie}-begun"


def _authority() -> Authority:
    authority: Authority | None = current_app.extensions.get("authority")
    return authority or abort(404)


def _pending() -> Pending:
    pending: Pending = current_app.extensions["pending"]
    return pending
