"""What the tests of the outputs share: a journal in which a test decides, a hospital with people, a post office."""

import email
import email.policy
import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller

from adapter.database import open_database
from adapter.fhir.client import Client, Server
from adapter.journal import Decided, Journal
from adapter.journal.statuses import subject_delivery
from adapter.outputs.alerts.audience import hearers
from adapter.outputs.alerts.email import EmailOutput
from adapter.outputs.alerts.telling import Stand, Telling
from adapter.outputs.deliver import deliver_pending
from adapter.outputs.subject.output import Mark, Place, ResearchSubjectOutput
from adapter.places import folder
from adapter.screening.study import Hypothesis, Settlement, Study, Text
from adapter.settings.model import Email, Outputs
from adapter.words import Speaker, load_catalogue

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
AT = "2026-03-16T09:00:00Z"
NOTHING = Hypothesis()
THINGS = (
    Settlement(
        "igg", "order", Text("IgG", "免疫球蛋白G"), Text("Order IgG.", "请检查免疫球蛋白G。"), 1, NOTHING, NOTHING
    ),
    Settlement("will", "ask", Text("willingness", "是否愿意参加"), Text("Ask.", "请询问。"), 1, NOTHING, NOTHING),
    Settlement("beds", "examine", Text("the joints", "关节"), Text("Examine.", "请评估。"), 1, NOTHING, NOTHING),
    Settlement("alt", "order", Text("ALT", "谷丙转氨酶"), Text("Order ALT.", "请检查。"), 1, NOTHING, NOTHING),
)
STUDY = Study("s", Text("A study", "一项研究"), "NCT07", {}, {}, {}, (), "", settlements=THINGS)
MARK = Mark(b"k" * 64, "v1")
RUN = {"started_at": AT, "as_of": "2026-03-16", "study": "s", "study_hash": "v1", "adapter_version": "0.1.0"}


@dataclass
class Desk:
    """A journal in which a test decides, and the output that carries it out."""

    journal: Journal
    client: Client
    left: Path  # the file for the site
    research_study: str | None = None
    mark: Mark = MARK
    study: Study = STUDY

    def decide(self, standing, patient="Patient/p1", as_of="2026-03-16", **line):
        with self.journal.transaction() as work:
            run = work.begin_run(**RUN)
            number = work.record(
                Decided(run, patient, self.study.id, as_of, standing, "{}", json.dumps({"settles": [], **line}), AT)
            )
            work.deliver("research_subject", *subject_delivery(self.study.id, patient, number), AT)
        return number

    def deliver(self):
        place = Place(self.research_study, self.left)
        output = ResearchSubjectOutput(self.client, self.journal, self.study, self.mark, lambda: NOW, place=place)
        return deliver_pending(self.journal, [output], NOW)

    def write(self, standing, **more):
        self.decide(standing, **more)
        told = self.deliver()
        assert not told.trouble
        return told


class Front:
    """Somebody in front of the hospital: `before` acts on each request, and answers it where it returns True."""

    def __init__(self):
        self.before = lambda visit, request: False

    def __call__(self, visit, request):
        return bool(self.before(visit, request))


@contextmanager
def journal_in(folder):
    """Give a journal with one run begun."""
    with open_database(f"sqlite:///{folder}/adapter.db") as database:
        journal = Journal(database)
        with journal.transaction() as work:
            work.begin_run(**RUN)
        yield journal


@contextmanager
def at_work(hospital, front, folder):
    """Give a desk that writes to the sandbox hospital."""
    with (
        hospital.serve(front=front) as url,
        journal_in(folder) as journal,
        Client(Server(url, patience_s=2), sleep=lambda seconds: None) as client,
    ):
        yield Desk(journal, client, folder / "adapter.db.outbox" / "left.json")


def subjects(hospital):
    return hospital.store.all("ResearchSubject")


def writes(hospital):
    return [line for line in hospital.asked if line.startswith(("POST", "PUT"))]


def foreign(status="screening", **more):
    return {
        "resourceType": "ResearchSubject", "id": "theirs", "status": status,
        "study": {"reference": "ResearchStudy/own"}, "individual": {"reference": "Patient/p1"}, **more,
    }  # fmt: skip


def own_study(**more):
    return {"resourceType": "ResearchStudy", "id": "own", "status": "active",
            "identifier": [{"system": "https://hospital.example/trials", "value": "NCT07"}], **more}  # fmt: skip


def edit(hospital, **change):
    hospital.change({**subjects(hospital)[0], **change})


LINK = "https://screening.hospital.example/worklist"
CATALOGUE = load_catalogue(folder("mappings") / "sentences.toml")


class Post:
    """Takes mail, or says what the test wants it to say."""

    def __init__(self):
        self.envelopes, self.to_recipient, self.to_data = [], {}, "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd's name
        if address in self.to_recipient:
            return self.to_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.to_data.startswith("250"):
            self.envelopes.append(envelope)
        return self.to_data

    @property
    def mails(self):
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.envelopes]

    def mail_to(self, address):
        (one,) = [mail for mail in self.mails if mail["To"] == address]
        return one, one.get_content()


@contextmanager
def listen(post, **more):
    """Open a post office, plainly or with TLS; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def settings(port, **more):
    given = {"enabled": True, "host": "127.0.0.1", "port": port, "security": "none", "to": ("zhang@example.org",),
             "from": "screening@hospital.example"}  # fmt: skip
    return Email(**{**given, **more})


def settles(*names, language="en"):
    things = {thing.id: thing for thing in THINGS}
    return [{"do": things[name].do, "what": things[name].what[language]} for name in names]


def news(journal, to, standing="potential-candidate", patient="Patient/p1", kind="flagged", **line):
    """Decide, and have everybody told who is to be; the others go on being screened."""
    with journal.transaction() as work:
        number = work.record(Decided(1, patient, "s", "2026-03-16", standing, "{}", json.dumps(line), AT))
        others = {json.loads(one.payload)["patient"] for one in work.deliveries("email")}
        stand = Stand(patient, standing, number, fresh=True, moved=kind)
        Telling("s", AT, timedelta(30)).tell(work, hearers(Outputs(email=to)), [stand], others)


def speaker(language):
    return Speaker(CATALOGUE, STUDY, language, lambda concept, unit: unit)


def tell(journal, to, now=NOW, **more):
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    output = EmailOutput(to, journal, speaker, lambda: local, link=LINK, **more)
    return deliver_pending(journal, [output], now)
