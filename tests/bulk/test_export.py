"""An export gives what searches give: first everything, then what changed, in the end the server's own state."""

import pytest

from adapter.sources.export.errand import StillRunning


@pytest.mark.parametrize("level", ["system", "patient", "group"])
def test_an_export_gives_the_facts_that_searches_give(ward, reader, twin, level):
    ward.group = ["Patient/p1", "Patient/p2", "Patient/p3"]
    pulled = reader.run(level=level, group="Group/g")
    assert pulled.troubles == {} and pulled.population == ("Patient/p1", "Patient/p2", "Patient/p3")
    assert reader.facts() == twin() and len(reader.facts()) == 24
    assert len(ward.kick_offs) == 1 and ward.jobs == {} and not reader.spool.exists() and reader.job() is None


def test_the_order_of_files_says_nothing(ward, reader, twin):
    ward.manifest = lambda said: {**said, "output": said["output"][::-1]}
    assert reader.run().troubles == {} and reader.facts() == twin()


def test_a_second_run_changes_nothing(ward, reader):
    reader.run()
    before, requests = reader.facts(), len(ward.scripted.asked)
    ward.tick()
    pulled = reader.run()
    assert (reader.facts(), pulled.came, pulled.left, pulled.troubles) == (before, (), (), {})
    assert len(ward.scripted.asked) - requests < requests and len(ward.kick_offs) == 2


def test_another_order_makes_way_for_itself(ward, reader, twin):
    ward.looks = 99
    with pytest.raises(StillRunning):
        reader.run(level="patient", wait_minutes=0)
    ward.looks = 0
    assert reader.run(level="system").troubles == {} and reader.facts() == twin()
    assert [one.target.partition("?")[0] for one in ward.kick_offs] == ["/fhir/Patient/$export", "/fhir/$export"]
    assert len(ward.asked("DELETE")) == 2 and ward.jobs == {}
