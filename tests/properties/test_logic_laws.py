"""Kleene's laws hold for findings, and what is unknown never moves what is certain."""

from hypothesis import given
from hypothesis import strategies as st

from adapter.screening.judging.logic import all_of, any_of, negate, none_of
from adapter.screening.model import Answer, Because, Evidence, Finding

DEFINITE = st.sampled_from([Finding(Answer.MET), Finding(Answer.NOT_MET)])
OPEN = st.sampled_from(list(Because)).map(lambda because: Finding(Answer.UNKNOWN, because))
FINDINGS = st.one_of(DEFINITE, OPEN)
SEVERAL = st.lists(FINDINGS, min_size=1, max_size=6)
JOINS = st.sampled_from([all_of, any_of, none_of])
LEAVES = st.integers(0, 4)
TREES = st.recursive(LEAVES, lambda inner: st.tuples(JOINS, st.lists(inner, min_size=1, max_size=3)), max_leaves=12)


def grown(tree, leaves):
    """The finding of a tree of rules."""
    if isinstance(tree, int):
        return leaves[tree]
    join, branches = tree
    return join([grown(branch, leaves) for branch in branches])


@st.composite
def known_and_less_known(draw):
    """Five definite findings, and the same with some of them unknown."""
    whole = [draw(DEFINITE) for _ in range(5)]
    return whole, [draw(OPEN) if draw(st.booleans()) else finding for finding in whole]


@given(JOINS, SEVERAL, st.randoms())
def test_the_order_of_parts_does_not_matter(join, findings, random):
    shuffled = random.sample(findings, len(findings))
    assert join(findings) == join(shuffled)


@given(st.sampled_from([all_of, any_of]), FINDINGS, SEVERAL)
def test_parts_may_be_joined_in_steps(join, first, rest):
    assert join([first, join(rest)]) == join([first, *rest])


@given(SEVERAL)
def test_de_morgan(findings):
    assert negate(any_of(findings)) == all_of([negate(finding) for finding in findings])
    assert negate(all_of(findings)) == any_of([negate(finding) for finding in findings])


@given(SEVERAL)
def test_none_of_is_not_any_of(findings):
    assert none_of(findings) == negate(any_of(findings))


@given(FINDINGS)
def test_a_finding_alone_is_itself_and_twice_negated_too(finding):
    assert all_of([finding]) == any_of([finding]) == negate(negate(finding)) == finding


@given(FINDINGS, FINDINGS)
def test_absorption(one, other):
    assert any_of([one, all_of([one, other])]).answer is one.answer
    assert all_of([one, any_of([one, other])]).answer is one.answer


@given(FINDINGS, FINDINGS, FINDINGS)
def test_distribution(one, other, third):
    assert all_of([one, any_of([other, third])]).answer is any_of([all_of([one, other]), all_of([one, third])]).answer


@given(TREES, known_and_less_known())
def test_what_is_certain_with_unknown_parts_stays_when_they_are_known(tree, pair):
    whole, less = (grown(tree, leaves) for leaves in pair)
    assert less.answer in {whole.answer, Answer.UNKNOWN}


@given(TREES, known_and_less_known())
def test_only_an_unknown_has_a_reason(tree, pair):
    for leaves in pair:
        found = grown(tree, leaves)
        assert (found.because is not None) == (found.answer is Answer.UNKNOWN)


@given(JOINS, SEVERAL)
def test_only_parts_that_speak_are_evidence(join, findings):
    shown = [Finding(f.answer, f.because, (Evidence(None, str(n)),)) for n, f in enumerate(findings)]
    found = join(shown)
    kept = {piece.key for piece in found.evidence}
    assert kept
    assert len({findings[int(key)].answer for key in kept}) == 1
