"""Whole patients with all criteria: a case of the study, less some of its resources, and generated ones beside."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.population.generator import chart
from tests.population.writing import written
from tests.robustness.ward import CASES, patient, resources


def whole(seed: int, number: int) -> list[dict[str, Any]]:
    """Make the resources of one patient, a pure function of the two numbers."""
    rng = Random(f"whole/{seed}/{number}")
    case = rng.choice(CASES)
    old, new = patient(case), f"w{seed}-{number}"
    kept = rng.choice((0.75, 0.95, 1.0))
    of_case = [one for one in resources(case) if one["resourceType"] == "Patient" or rng.random() < kept]
    text = json.dumps([one | {"id": new if one["id"] == old else f"{new}-{one['id']}"} for one in of_case])
    made = json.loads(text.replace(f'"Patient/{old}"', f'"Patient/{new}"'))
    share = rng.choice((0, 0, 0.1, 0.5, 1))
    added = [one for one in written(chart(seed, number))[1:] if rng.random() < share]
    return [*made, *(one | {"subject": {"reference": f"Patient/{new}"}} for one in added)]
