"""Addresses that nobody has to follow are followed by nobody, wherever a hospital's records hold them (fault 1)."""

import json
from itertools import cycle

from tests.fhir_server.records import Resource
from tests.river.hospital import River
from tests.wire.hostile import COUNT, a_thousand
from tests.wire.watching import watching

UNSENDABLE = {ord(sign): None for sign in "\ud800"}


class Poisoned:
    """The hospital's own answers with hostile addresses in every place that a page or a resource has for one."""

    def __init__(self, river: River, urls: list[str]) -> None:
        self.river, self.urls, self.used = river, cycle(urls), 0

    def __call__(self, visit, request) -> bool:
        said = self.river.sandbox.answer(request)
        whole = request.method == "GET" and said.status == 200 and said.body.get("resourceType") == "Bundle"
        visit.send(type(said)(200, self.page(said.body)) if whole else said)
        return True

    def url(self) -> str:
        self.used += 1
        return next(self.urls)

    def page(self, page: Resource) -> Resource:
        entries = [
            {**entry, "fullUrl": self.url(), "resource": self.resource(entry["resource"])}
            for entry in page.get("entry", ())
        ]
        said = {"severity": "warning", "code": "informational", "diagnostics": self.url(), "location": [self.url()]}
        details = {"coding": [{"system": self.url(), "code": "x"}], "text": self.url()}
        warning = {"resourceType": "OperationOutcome", "issue": [{**said, "details": details}]}
        links = [{"relation": name, "url": self.url()} for name in ("first", "last", "previous", "alternate", "self")]
        links += [one for one in page["link"] if one["relation"] == "next"]
        outcome = {"fullUrl": self.url(), "resource": warning, "search": {"mode": "outcome"}}
        return {**page, "link": links, "entry": [*entries, outcome]}

    def resource(self, one: Resource) -> Resource:
        picture = {"url": self.url(), "title": "a picture"}
        more = {
            "implicitRules": self.url(),
            "extension": [{"url": self.url(), "valueUri": self.url(), "valueReference": {"reference": self.url()}},
                          {"url": "urn:x", "valueAttachment": picture}],
            "text": {"status": "generated", "div": f'<div><img src="{self.url()}"/></div>'},
        }  # fmt: skip
        by_type = {
            "Patient": {"photo": [picture], "managingOrganization": {"reference": self.url()},
                        "generalPractitioner": [{"reference": self.url()}]},
            "Observation": {"performer": [{"reference": self.url()}], "derivedFrom": [{"reference": self.url()}],
                            "device": {"reference": self.url()}},
            "Condition": {"recorder": {"reference": self.url()}, "evidence": [{"detail": [{"reference": self.url()}]}]},
            "ResearchStudy": {"principalInvestigator": {"reference": self.url()},
                              "relatedArtifact": [{"type": "documentation", "url": self.url(), "document": picture}]},
            "ResearchSubject": {"consent": {"reference": self.url()}},
        }  # fmt: skip
        meta = {**one.get("meta", {}), "source": self.url(), "profile": [self.url()]}
        return {**one, **more, **by_type.get(one["resourceType"], {}), "meta": meta}


def test_1_a_whole_run_goes_nowhere_else_whatever_addresses_the_records_hold(river, tmp_path):
    port = int(river.base.split(":")[2].split("/")[0])
    urls = [url.translate(UNSENDABLE) for url in a_thousand("127.0.0.1", port, f"127.0.0.1:{port + 1}")]
    river.sandbox.change({"resourceType": "ResearchStudy", "id": "ours", "status": "active",
                          "identifier": [{"value": "NCT00000000"}]})  # fmt: skip
    plain = river.anew(tmp_path / "plain")
    asked = sorted(river.asked)
    river.front = Poisoned(river, urls)
    with watching() as went:
        ran = river.run("--dry-run", "--json", post=False)
    assert ran.code == 0, ran.err
    assert river.front.used > COUNT
    assert {where[1] for where in went} == {port} and {where[0] for where in went} == {"127.0.0.1"}
    assert sorted(river.asked) == asked
    assert {key: one.patient for key, one in river.chart().items()} == {key: one.patient for key, one in plain.items()}
    assert "evil" not in json.dumps(json.loads(ran.out)) + ran.err
