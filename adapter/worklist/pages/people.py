"""The list: one row for each flagged patient."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from adapter.worklist.access.roles import READERS, open_to
from adapter.worklist.ward import Ward

pages = Blueprint("people", __name__)
FLAGGED = ("candidate", "potential-candidate")


@pages.get("/worklist")
@open_to(READERS)
def worklist() -> str:
    """Show who is worth a look."""
    ward: Ward = current_app.extensions["ward"]
    latest = ward.journal.latest_of_all(ward.study.id)
    numbers = {key: ward.journal.screening_number(ward.study.id, key) for key in latest}
    rows = [
        {"number": numbers[one.patient] or "", "standing": one.standing, "as_of": one.as_of}
        for one in latest.values()
        if one.standing in FLAGGED
    ]
    return render_template("list.html", rows=rows, screened=len(latest))
