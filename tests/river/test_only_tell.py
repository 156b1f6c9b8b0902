"""A run that only tells sends what waits, and asks the hospital for nothing."""

import json


def test_what_waits_is_sent_and_nobody_is_pulled(river):
    assert river.run(post=False).code == 0
    assert river.pending() == 3
    ran = river.run("--only-tell", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["only_told"], report["population"]) == (0, True, 0), ran.err
    assert (river.pulled, river.pending(), len(river.post.mails)) == ([], 0, 1)
    with river.journal() as journal:
        assert journal.last_run("telitacicept-belimumab").id == 1
