"""How the service does, for a monitor: counts and instants, no patient data."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from werkzeug.wrappers import Response

from adapter.worklist.access.roles import OPEN, open_to
from adapter.worklist.ward import Ward

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@open_to(OPEN)
def healthz() -> tuple[Response, int]:
    """Answer with 503 where somebody should look."""
    ward: Ward = current_app.extensions["ward"]
    said = ward.health()
    return jsonify(said), 200 if said.get("status", "ok") == "ok" else 503


healthz.from_anywhere = True  # type: ignore[attr-defined] # a monitor asks by address
