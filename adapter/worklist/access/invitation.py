"""A link that signs somebody in, once: the demonstration leads its one visitor straight to the patients."""

from __future__ import annotations

import hmac
import secrets

from flask import Blueprint, Flask, abort, redirect
from werkzeug.wrappers import Response

from adapter.worklist.access.gate import the_gate
from adapter.worklist.access.roles import OPEN, open_to


def invite(app: Flask, user: str) -> str:
    """Let an application know a link for a user; return its path. It is worth nothing after it was followed."""
    token, pages = [secrets.token_urlsafe(16)], Blueprint("invitation", __name__)
    path = f"/enter/{token[0]}"

    @pages.get("/enter/<given>")
    @open_to(OPEN)
    def enter(given: str) -> Response:
        if not (token and hmac.compare_digest(given.encode(), token[0].encode())):
            abort(404)
        token.clear()
        answer = redirect("/", 303)
        the_gate().sign_in(user, answer, "invitation")
        return answer

    app.register_blueprint(pages)
    return path
