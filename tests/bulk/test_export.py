"""An export gives what searches give: first everything, then what changed, in the end the server's own state."""

import pytest


@pytest.mark.parametrize("level", ["system", "patient", "group"])
def test_an_export_gives_the_facts_that_searches_give(ward, reader, twin, level):
    ward.group = ["Patient/p1", "Patient/p2", "Patient/p3"]
    pulled = reader.run(level=level, group="Group/g")
    assert pulled.troubles == {} and pulled.population == ("Patient/p1", "Patient/p2", "Patient/p3")
    assert reader.facts() == twin() and len(reader.facts()) == 24
    assert len(ward.kick_offs) == 1 and ward.jobs == {} and not reader.spool.exists() and reader.job() is None
