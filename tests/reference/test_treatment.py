"""Section 5 (I4) and section 12: earlier treatment, its failure, and willingness."""

import pytest

from tests.reference.probes import WHO, Probe, allergy, answer, day, form, med, probe, proc, word

PRED = "醋酸泼尼松片"
NEVER = form(attest__prior_glucocorticoid_or_immunosuppressant=False)


def route(text: str):
    return {"dosage": [{"route": {"text": text}}]}


LOCAL = (
    "他克莫司软膏",
    "糠酸莫米松乳膏 地塞米松乳膏",
    "氢化可的松乳膏",
    "环孢素滴眼液",
    "地塞米松眼膏",
    "曲安奈德鼻喷雾剂",
    "地塞米松凝胶",
    "吸入用倍他米松",
    "甲泼尼龙 雾化",
    "外用地塞米松",
)
GIVEN = [
    *(probe("5 I4a", f"{text}: form in the text", "I4a not_met", med(text, 100), NEVER) for text in LOCAL),
    *(probe("5 I4a", f"route {text}", "I4a not_met", med("曲安奈德注射液", 100, **route(text)), NEVER) for text in ("关节腔注射", "外用", "吸入", "雾化吸入", "intra-articular", "topical")),
    *(probe("5 I4a", f"route code {code}", "I4a not_met", med("曲安奈德注射液", 100, dosage=[{"route": {"coding": [{"system": "http://snomed.info/sct", "code": code}]}}]), NEVER)
      for code in ("6064005", "12130007", "54485002", "46713006", "447694001", "372466002")),
    probe("5 I4a", "local of a request", "I4a not_met", med("曲安奈德注射液", on=100, kind="Request", status="completed", dosageInstruction=[{"route": {"text": "关节腔内注射"}}]), NEVER),
    probe("5 I4a", "local of an administration", "I4a not_met", med("曲安奈德注射液", on=100, kind="Administration", status="completed", dosage={"route": {"text": "关节腔内注射"}}), NEVER),
    probe("5 I4a", "得宝松 into a joint", "I4a not_met", med("得宝松", 100, **route("关节腔注射")), NEVER),
    probe("5 I4a", "得宝松 intramuscular", "I4a met", med("得宝松", 100, **route("肌内注射"))),
    probe("5 I4a", "mouth", "I4a met", med(PRED, 100, **route("口服"))),
    probe("5 I4a", "tacrolimus ointment by ATC", "I4a not_met", med(None, 100, codes="atc:D11AH01"), NEVER),
    probe("5 I4a", "enteric budesonide not counted", "I4a not_met", med("布地奈德肠溶胶囊", 100), NEVER),
    probe("5 I4a", "inhaled budesonide never", "I4a not_met", med("吸入用布地奈德混悬液", 100), NEVER),
    probe("5 I4a", "antimalarial alone does not", "I4a not_met", med("硫酸羟氯喹片", 100), NEVER),
    probe("parameters prior_therapy_classes", "plus antimalarial", "I4a met", med("硫酸羟氯喹片", 100), prior_therapy_classes="glucocorticoid,immunosuppressant,antimalarial"),
    probe("parameters prior_therapy_classes", "glucocorticoid only", "I4a not_met", med("他克莫司胶囊", 100), NEVER, prior_therapy_classes="glucocorticoid"),
    probe("parameters immunosuppressant_extra", "not counted", "I4a not_met", med("艾拉莫德片", 100), NEVER, immunosuppressant_extra="not_counted"),
    *(probe("5 I4a", f"any status: {status}", "I4a met", med(PRED, 400, 300, status)) for status in ("active", "completed", "stopped", "on-hold")),
    probe("5 I4a", "completed without dates is ever", "I4a met", med(PRED, status="completed")),
    *(probe("1", f"{status} never counts", "I4a not_met", med(PRED, 100, status=status), NEVER) for status in ("not-taken", "intended", "entered-in-error")),
    probe("1", "status unknown: unknown", "I4a unknown", med(PRED, 100, status="unknown")),
    probe("parameters med_status_unknown", "exposure", "I4a met", med(PRED, 100, status="unknown"), med_status_unknown="exposure"),
    probe("1", "on-hold without dates: unknown", "I4a unknown", med(PRED, status="on-hold")),
    probe("1", "starts after the index date", "I4a not_met", med(PRED, -1), NEVER),
    probe("12 I4", "exposure under 30 days: I4a met", "I4a met", med(PRED, 2)),
    probe("1", "the first day is the index date", "I4a met", med(PRED, 0)),
    probe("12 I4", "attested failure without a drug on record", "I4a met", form(attest__prior_therapy_response="inadequate")),
    probe("12 I4", "attested intolerance", "I4a met", form(attest__prior_therapy_response="intolerance")),
    probe("12 I4", "attested relapse", "I4a met", form(attest__prior_therapy_response="relapse")),
    probe("12 I4", "attested adequate is no failure", "I4a unknown", form(attest__prior_therapy_response="adequate")),
    probe("12 I4", "confirmed allergy without a drug on record", "I4a met", allergy("环磷酰胺")),
    probe("12 I4", "confirmed allergy, resolved too", "I4a met", allergy("环磷酰胺", clinical="resolved")),
    probe("12 I4", "unconfirmed allergy", "I4a unknown", allergy("环磷酰胺", verified="unconfirmed")),
    probe("12 I4", "refuted allergy", "I4a not_met", allergy("环磷酰胺", verified="refuted"), NEVER),
    probe("1", "record outranks a no", "I4a met", med(PRED, 100), NEVER),
    probe("attestations", "yes 365", "I4a met", word("attest.prior_glucocorticoid_or_immunosuppressant", "yes", 365)),
    probe("attestations", "no 365", "I4a not_met", word("attest.prior_glucocorticoid_or_immunosuppressant", "no", 365)),
    probe("attestations", "no 366", "I4a unknown too_old", word("attest.prior_glucocorticoid_or_immunosuppressant", "no", 366)),
    probe("1", "no data is unknown", "I4a unknown no_result"),
    probe("5 I4a", "administration", "I4a met", med("甲泼尼龙琥珀酸钠", status="completed", on=900, kind="Administration")),
    probe("5 I4a", "dispense", "I4a met", med("骁悉", status="completed", on=900, kind="Dispense")),
    probe("5 I4a", "procedure: pulse", "I4a met", proc(text="甲泼尼龙冲击治疗", on=900)),
    probe("5 I4a", "contained medication", "I4a met", med(None, 100, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": "http://www.whocc.no/atc", "code": "H02AB07"}]}}], medicationReference={"reference": "#m"})),
    probe("5 I4a", "contained medication with a topical form", "I4a not_met", med(None, 100, contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "他克莫司"}, "form": {"text": "软膏"}}], medicationReference={"reference": "#m"}), NEVER),
    probe("5 I4a", "ingredient alone", "I4a met", med(None, 100, medicationReference={"reference": "Medication/m1"}), {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": {"text": "硫唑嘌呤"}}]}),
    probe("5 I4a", "year only", "I4a met", med(PRED, "2019", "2020", "stopped")),
    probe("5 I4a", "belimumab is not of the classes", "I4a not_met", med("贝利尤单抗", 600, 500, "completed"), NEVER),
    probe("5 I4a", "tripterygium is not of the classes", "I4a not_met", med("雷公藤多苷片", 600, 500, "completed"), NEVER),
    probe("1", "12: a future attestation", "I4a unknown no_result", word("attest.prior_glucocorticoid_or_immunosuppressant", "no", -1)),
]  # fmt: skip

SCORE = word("sledai.total", "x", 2) | {"valueCodeableConcept": None, "valueInteger": 12}
SCORE = {key: value for key, value in SCORE.items() if value is not None}
FAILED = [
    *(probe("5 I4b", f"stated {said}", "I4b met", form(attest__prior_therapy_response=said)) for said in ("inadequate", "intolerance", "relapse")),
    probe("5 I4b", "stated adequate", "I4b not_met", form(attest__prior_therapy_response="adequate")),
    probe("attestations", "180 days", "I4b met", word("attest.prior_therapy_response", "relapse", 180)),
    probe("attestations", "181 days", "I4b unknown too_old", word("attest.prior_therapy_response", "relapse", 181)),
    *(probe("5 I4b", f"statusReason {text}", "I4b met", med(PRED, 300, 100, "stopped", statusReason=[{"text": text}])) for text in ("不良反应", "因不耐受停药", "药物不良反应：骨质疏松", "adverse reaction", "side effect")),
    probe("5 I4b", "statusReason coded 395009001", "I4b met", med(PRED, 300, 100, "stopped", statusReason=[{"coding": [{"system": "http://snomed.info/sct", "code": "395009001"}]}])),
    probe("5 I4b", "statusReason of another drug", "I4b unknown", med("阿莫西林", 300, 100, "stopped", statusReason=[{"text": "不良反应"}])),
    probe("5 I4b", "statusReason of an antimalarial", "I4b unknown", med("羟氯喹", 300, 100, "stopped", statusReason=[{"text": "不良反应"}])),
    probe("5 I4b", "statusReason of a cream", "I4b unknown", med("他克莫司软膏", 300, 100, "stopped", statusReason=[{"text": "不良反应"}])),
    probe("5 I4b", "statusReason no reaction", "I4b unknown", med(PRED, 300, 100, "stopped", statusReason=[{"text": "疗程结束，无不良反应"}])),
    probe("5 I4b", "confirmed allergy", "I4b met", allergy("吗替麦考酚酯")),
    probe("12 I4", "confirmed allergy, resolved too", "I4b met", allergy("吗替麦考酚酯", clinical="resolved")),
    probe("5 I4b", "allergy by code", "I4b met", allergy(codes="rx:1256")),
    probe("5 I4b", "allergy by reaction substance", "I4b met", {"resourceType": "AllergyIntolerance", "patient": WHO, "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed"}]}, "reaction": [{"substance": {"text": "环孢素"}, "manifestation": [{"text": "皮疹"}]}]}),
    probe("5 I4b", "unconfirmed allergy", "I4b unknown", allergy("吗替麦考酚酯", verified="unconfirmed")),
    probe("5 I4b", "presumed allergy (R4B)", "I4b unknown", allergy("吗替麦考酚酯", verified="presumed")),
    probe("5 I4b", "refuted allergy", "I4b unknown", allergy("吗替麦考酚酯", verified="refuted")),
    probe("5 I4b", "allergy to something else", "I4b unknown", allergy("青霉素")),
    probe("5 I4b", "allergy to an antimalarial", "I4b unknown", allergy("羟氯喹")),
    probe("parameters prior_therapy_classes", "allergy to an antimalarial, counted", "I4b met", allergy("羟氯喹"), prior_therapy_classes="glucocorticoid,immunosuppressant,antimalarial"),
    probe("5 I4b", "exposure plus active disease is a hint only", "I4b unknown", med(PRED, 100), SCORE),
    probe("parameters accept_surrogate_failure", "true, 30 days", "I4b met", med(PRED, 29), SCORE, accept_surrogate_failure="true"),
    probe("parameters accept_surrogate_failure", "true, 29 days", "I4b unknown", med(PRED, 28), SCORE, accept_surrogate_failure="true"),
    probe("parameters prior_therapy_min_days", "90", "I4b unknown", med(PRED, 60), SCORE, accept_surrogate_failure="true", prior_therapy_min_days="90"),
    probe("12 all", "allergy against a stated adequate response", "I4b met", allergy("吗替麦考酚酯"), form(attest__prior_therapy_response="adequate")),
    probe("1", "an allergy recorded after the index date", "I4b unknown", allergy("吗替麦考酚酯", recordedDate=day(-2))),
    probe("5 I4b", "a drug not taken because of intolerance", "I4b unknown", med(PRED, 100, status="not-taken", statusReason=[{"text": "不耐受"}])),
]  # fmt: skip

WILLING = [
    probe("5 I4c", "yes", "I4c met", form(attest__willing=True)),
    probe("5 I4c", "no", "I4c not_met", form(attest__willing=False)),
    probe("attestations", "90 days", "I4c met", word("attest.willing", "yes", 90)),
    probe("attestations", "91 days", "I4c unknown too_old", word("attest.willing", "yes", 91)),
    probe("attestations", "no, 91 days", "I4c unknown too_old", word("attest.willing", "no", 91)),
    probe("attestations", "dated later", "I4c unknown", word("attest.willing", "yes", -1)),
    probe("attestations", "undated", "I4c unknown undated", word("attest.willing", "yes", None)),
    probe("attestations", "a month that straddles", "I4c unknown indeterminate", word("attest.willing", "yes", "2025-12")),
    probe("attestations", "preliminary", "I4c unknown not_final", word("attest.willing", "yes", status="preliminary")),
    probe("attestations", "是", "I4c met", {**word("attest.willing", "yes"), "valueCodeableConcept": {"text": "是"}}),
    probe("attestations", "否", "I4c not_met", {**word("attest.willing", "yes"), "valueCodeableConcept": {"text": "否"}}),
    probe("attestations", "newer no", "I4c not_met", word("attest.willing", "yes", 20), word("attest.willing", "no", 2)),
    probe("5 I4", "all three", "I4 met", med(PRED, 100), form(attest__willing=True, attest__prior_therapy_response="relapse")),
    probe("5 I4", "unwilling", "I4 not_met", med(PRED, 100), form(attest__willing=False, attest__prior_therapy_response="relapse")),
    probe("5 I4", "not said", "I4 unknown", med(PRED, 100), form(attest__prior_therapy_response="relapse")),
]  # fmt: skip


@pytest.mark.parametrize("asked", [*GIVEN, *FAILED, *WILLING], ids=lambda p: f"{p.section}: {p.says}")
def test_treatment_is_judged_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
