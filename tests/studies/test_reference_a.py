"""The clinical reference, sentence by sentence: sections 1 to 4, 9 and 10, and their settled readings in section 12."""

import pytest

from tests.studies.reference_a import acr, all_criteria, eular
from tests.studies.reference_a.probe import Probe, came

PROBES = [(module.__name__.rsplit(".", 1)[1], probe) for module in (all_criteria, eular, acr) for probe in module.PROBES]


@pytest.mark.parametrize("probe", [pytest.param(probe, id=f"{name}-{probe.section}-{probe.says}") for name, probe in PROBES])
def test_the_answer_is_what_the_reference_says(probe: Probe):
    assert came(probe) == probe.expected
