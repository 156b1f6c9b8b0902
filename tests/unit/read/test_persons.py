"""Which records are one person, by what their links say."""

import itertools

import pytest

from adapter.facts.read.persons import persons_of


def row(name, *, by=(), replaces=(), active=None):
    keys = {"replaced_by": by, "replaces": replaces}
    return {"key": f"Patient/{name}", "active": active, **{c: [f"Patient/{n}" for n in k] for c, k in keys.items()}}


# What the links say, and of each replaced record its survivor ("" where nobody can say).
LINKS = {
    "nothing": ([row("a"), row("b")], {}),
    "replaced-by": ([row("a", by="b"), row("b")], {"a": "b"}),
    "both sides": ([row("a", by="b"), row("b", replaces="a")], {"a": "b"}),
    "replaces alone": ([row("a"), row("b", replaces="a")], {"a": "b"}),
    "replaces one that is called inactive": ([row("a", active=False), row("b", replaces="a")], {"a": "b"}),
    "undone on one side": ([row("a", active=True), row("b", replaces="a")], {}),
    "chain of three": ([row("a", by="b"), row("b", by="c"), row("c")], {"a": "c", "b": "c"}),
    "chain told from behind": ([row("a"), row("b", replaces="a"), row("c", replaces="b")], {"a": "c", "b": "c"}),
    "two into one": ([row("a", by="c"), row("b", by="c"), row("c")], {"a": "c", "b": "c"}),
    "circle": ([row("a", by="b"), row("b", by="a")], {"b": "a"}),
    "circle with one that is active": ([row("a", by="b"), row("b", by="a", active=True)], {"a": "b"}),
    "into a circle": ([row("a", by="b"), row("b", by="c"), row("c", by="b")], {"a": "b", "c": "b"}),
    "itself": ([row("a", by="a"), row("b")], {}),
    "survivor that is not there": ([row("a", by="x"), row("b")], {"a": ""}),
    "source that is not there": ([row("b", replaces="x")], {}),
    "two survivors": ([row("a", by="bc"), row("b"), row("c")], {"a": ""}),
    "two ways to one survivor": ([row("a", by="bc"), row("b", by="c"), row("c")], {"a": "c", "b": "c"}),
    "two circles": ([row("a", by="bd"), row("b", by="c"), row("c", by="b"), row("d", by="e"), row("e", by="d")],
                    {"a": "", "c": "b", "e": "d"}),
}  # fmt: skip


@pytest.mark.parametrize("said", LINKS)
def test_44_the_survivor_of_each_record_whatever_the_order(said):
    rows, wanted = LINKS[said]
    for order in itertools.permutations(rows):
        found = persons_of(order)
        survivors = {key.removeprefix("Patient/"): (last or "").removeprefix("Patient/")
                     for key, last in found.survivors.items()}  # fmt: skip
        assert survivors == wanted
        assert {old: last for last in found.replaced for old in found.replaced_by(last)} == {
            key: last for key, last in found.survivors.items() if last
        }
        assert all(found.is_replaced(key) and key not in found.replaced for key in found.survivors)
