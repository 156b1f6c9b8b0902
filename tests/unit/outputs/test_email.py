"""Mail as a real SMTP server receives it: one digest a recipient, in their language, and nothing of a patient in it."""

from datetime import datetime, timedelta

import pytest

from adapter.errors import SettingsError
from adapter.journal import Decided
from adapter.outputs.alerts.audience import hearers
from adapter.outputs.alerts.email import EmailOutput, worklist_link
from adapter.outputs.alerts.telling import Stand, Telling
from adapter.outputs.deliver import Count
from adapter.settings.model import Outputs, Recipient, Settings
from tests.unit.delivering import (
    AT,
    CATALOGUE,
    LINK,
    NOW,
    news,
    settings,
    settles,
    speaker,
    tell,
)

CANARIES = [f"canary{number}kanarie" for number in range(18)] + ["金丝雀甲", "金丝雀乙"]


def test_one_digest_says_who_needs_what_by_screening_number(journal, post, listening):
    to = settings(listening(), recipients=(Recipient(address="li@example.org", language="en"),))
    news(journal, to, patient="Patient/b", settles=settles("igg", "will", "beds", "alt"))
    news(journal, to, standing="candidate", patient="Patient/a", settles=[])
    news(journal, to, patient="Patient/c", settles=settles("will"))
    news(journal, to, standing="ineligible", kind="ruled-out", patient="Patient/d", settles=[])
    assert tell(journal, to).counts == {"email": Count(done=6)}
    mail, text = post.mail_to("li@example.org")
    assert (mail["From"], mail["Subject"]) == (
        "screening@hospital.example",
        "NCT07 screening: news of patients, 3 in all",
    )
    assert text.splitlines() == [
        "A study (NCT07). Since the last message:",
        "",
        "  worth a look, new: 3",
        "",
        "S-0002  candidate",
        "S-0001  potential candidate: order IgG; ask willingness; examine the joints; and 1 more",
        "S-0003  potential candidate: ask willingness",
        "",
        f"The worklist shows why, after sign-in: {LINK}",
        "",
        "This message holds no patient data and is sent automatically.",
    ]
    assert len(post.mails) == 2


def test_chinese_arrives_as_chinese_whatever_the_language_of_the_decision(journal, post, listening):
    to = settings(listening())
    news(journal, to, settles=settles("igg", "will"))
    news(journal, to, patient="Patient/p2", settles=settles("beds", language="zh"))
    tell(journal, to)
    mail, text = post.mail_to("zhang@example.org")
    assert mail["Subject"] == "NCT07筛选：2名患者有新情况"
    assert "一项研究（NCT07）。自上次通知以来：" in text
    assert "S-0001：潜在候选者（检查免疫球蛋白G；询问是否愿意参加）" in text
    assert "S-0002：潜在候选者（评估关节）" in text


def test_63_nothing_of_a_patient_gets_into_a_mail(journal, post, listening):
    to = settings(listening(), recipients=(Recipient(address="li@example.org", language="en"),))
    for canary in CANARIES:
        said = [{"do": "order", "what": canary, "says": canary, "criteria": [canary]}, *settles("igg")]
        criteria = [
            {"id": canary, "says": canary, "evidence": [{"value": canary, "resource": f"Observation/{canary}"}]}
        ]
        news(
            journal,
            to,
            patient=f"Patient/{canary}",
            settles=said,
            criteria=criteria,
            name=canary,
            variables={"age": canary},
        )
    assert tell(journal, to).counts["email"].done == 40
    whole = "\n".join(
        one.content.decode() + str(mail) + mail.get_content()
        for one, mail in zip(post.envelopes, post.mails, strict=True)
    )
    assert "S-0020" in whole and "IgG" in whole
    assert [canary for canary in CANARIES if canary in whole] == []


def test_the_last_of_several_changes_is_the_news(journal, post, listening):
    to = settings(listening(), recipients=(Recipient(address="zhang@example.org", language="en"),))
    news(journal, to, settles=settles("igg"))
    news(journal, to, standing="candidate", kind="moved", settles=[])
    assert tell(journal, to).counts["email"] == Count(done=2)
    _, text = post.mail_to("zhang@example.org")
    assert "S-0001  candidate" in text and "IgG" not in text


@pytest.mark.parametrize("count", [200, pytest.param(5000, marks=pytest.mark.long)])
def test_62_all_candidates_of_a_first_run_are_one_digest_with_a_cap(journal, post, listening, count):
    to = settings(listening())
    with journal.transaction() as work:
        decided = (Decided(1, f"Patient/{n}", "s", "2026-03-16", "candidate", "{}", "{}", AT) for n in range(count))
        stands = [Stand(one.patient, one.standing, work.record(one), True, "flagged") for one in decided]
        Telling("s", AT, timedelta(30)).tell(work, hearers(Outputs(email=to)), stands)
    assert tell(journal, to).counts["email"] == Count(done=count)
    mail, text = post.mail_to("zhang@example.org")
    assert len(post.mails) == 1 and mail["Subject"] == f"NCT07筛选：{count}名患者有新情况"
    assert text.count("S-") == 50 and f"另有{count - 50}名患者" in text and len(text) < 5000


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-03-16T17:29+08:00", 0),  # the news is of 17:00
        ("2026-03-16T17:30+08:00", 1),
        ("2026-03-17T06:00+08:00", 1),
        ("2026-03-17T23:00+00:00", 1),
    ],
)
def test_a_digest_waits_for_its_hour_of_the_hospitals_clock(journal, post, listening, now, sent):
    evening = Recipient(address="zhang@example.org", digest="17:30")
    to = settings(listening(), to=(), recipients=(evening,))
    news(journal, to)
    count = tell(journal, to, datetime.fromisoformat(now)).counts["email"]
    assert (len(post.mails), count) == (sent, Count(done=sent, pending=1 - sent))


def test_the_hour_before_the_news_is_over(journal, post, listening):
    to = settings(listening(), to=(), recipients=(Recipient(address="zhang@example.org", digest="16:59"),))
    news(journal, to)
    assert tell(journal, to, datetime.fromisoformat("2026-03-17T16:58+08:00")).counts["email"].pending == 1
    assert tell(journal, to, datetime.fromisoformat("2026-03-17T16:59+08:00")).counts["email"].done == 1


def test_nothing_new_is_no_mail(journal, post, listening):
    to = settings(listening())
    assert tell(journal, to).counts == {"email": Count()}
    news(journal, to)
    tell(journal, to)
    assert tell(journal, to).counts == {"email": Count()}
    assert len(post.mails) == 1


def test_62_a_full_hospital_is_one_mail_that_can_be_read(journal, post, listening):
    to = settings(listening(), recipients=(Recipient(address="zhang@example.org", language="en"),))
    for number in range(60):
        news(journal, to, patient=f"Patient/{number}")
    tell(journal, to)
    _, text = post.mail_to("zhang@example.org")
    assert text.count("S-00") == 50 and "and 10 more patients, in the worklist" in text


def test_what_is_missing_in_the_settings_is_said_at_once(journal, tmp_path):
    with pytest.raises(SettingsError, match=r"outputs\.email\.from"):
        EmailOutput(settings(25, **{"from": None}), journal, speaker, lambda: NOW, link=LINK)
    with pytest.raises(SettingsError, match=r"outputs\.email\.ca_file"):
        EmailOutput(settings(25, ca_file=tmp_path / "no.pem"), journal, speaker, lambda: NOW, link=LINK)


def test_the_link_leads_to_the_worklist():
    assert worklist_link(Settings()) == "http://127.0.0.1:8080/worklist"


def test_every_kind_of_thing_to_do_has_its_word_in_both_languages():
    assert all(set(entry) == {"en", "zh"} for entry in CATALOGUE["mail"].values())


def test_an_hour_may_be_of_another_time_zone(journal, post, listening):
    abroad = Recipient(address="zhang@example.org", digest="11:00", time_zone="Europe/Paris")
    to = settings(listening(), to=(), recipients=(abroad,))
    news(journal, to)  # at 09:00 UTC, which is 10:00 in Paris and 17:00 in Shanghai
    assert tell(journal, to, datetime.fromisoformat("2026-03-16T09:59+00:00")).counts["email"].pending == 1
    assert tell(journal, to, datetime.fromisoformat("2026-03-16T10:00+00:00")).counts["email"].done == 1
