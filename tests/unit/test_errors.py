"""The nearest right word, or none."""

import pytest

from adapter import errors
from adapter.errors import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "says"),
    [
        ("rituximb", ["rituximab", "rituxan_old", "age"], ' Did you mean "rituximab"?'),
        ("base_ulr", ["base_url", "ca_file"], ' Did you mean "base_url"?'),
        ("base_url", ["base_url"], ' Did you mean "base_url"?'),
        ("colour", ["age", "sex"], ""),
        ("anything", [], ""),
        ("", ["age"], ""),
    ],
)
def test_did_you_mean(word, known, says):
    assert did_you_mean(word, known) == says


def test_did_you_mean_does_not_depend_on_the_order_of_the_known_words():
    assert did_you_mean("igx", ["igm", "iga", "igg"]) == did_you_mean("igx", ["igg", "igm", "iga"])


def test_every_fault_of_a_person_has_an_exit_code_of_its_own():
    kinds = (errors.UsageError, errors.SettingsError, errors.StudyError, errors.SourceError)
    assert [kind.exit_code for kind in kinds] == [2, 10, 11, 12]
