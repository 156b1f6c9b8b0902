"""The answers to each criterion are counted over all patients, and said as a table."""

from adapter.outputs.answers import Answers, table

ONE = {"I1": "met", "E1": "no_result"}


def counted(*patients):
    answers = Answers()
    for patient in patients:
        answers.add(patient)
    return answers.as_dict()


def test_each_answer_is_counted_and_the_unknown_by_reason():
    assert counted(ONE, ONE, {"I1": "not_met", "E1": "unmapped"}) == {
        "I1": {"met": 2, "not_met": 1, "unknown": {}},
        "E1": {"met": 0, "not_met": 0, "unknown": {"no_result": 2, "unmapped": 1}},
    }


def test_the_table_has_a_line_for_each_criterion_and_the_most_frequent_reason_first():
    lines = list(table(counted(ONE, ONE, {"I1": "not_met", "E1": "conflict"}, {"I1": "too_old", "E1": "met"})))
    assert [line.split() for line in lines[1:]] == [
        ["I1", "2", "1", "1", "75", "%", "1", "too_old"],
        ["E1", "1", "0", "3", "25", "%", "2", "no_result,", "1", "conflict"],
    ]


def test_nobody_judged_is_no_table():
    assert list(table(counted())) == []
