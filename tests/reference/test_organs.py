"""Section 7, E1a, E1f and E1g, and section 12: central nervous system, gamma globulin, liver."""

import pytest

from tests.reference.probes import Probe, answer, cond, form, lab, person, probe, word

CNS = ("seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve", "lupus_headache", "cva")


def items(on: int | str | None = 2, **said: bool):
    """The seven descriptors on one form, absent unless said otherwise."""
    return form(on, **{f"sledai__{name}": said.get(name, False) for name in CNS if said.get(name, False) is not None})


NO_CNS = form(attest__active_cns=False)
NERVES = [
    *(probe("7 E1a", f"{code} 56 days ago", "E1a met", cond(code, 56)) for code in (
        "sct:1144942002", "sct:95644001", "sct:230307005", "sct:91175000", "sct:128613002", "10:G40", "10:G40.9", "10:R56.8", "cm:R56.9", "cm:G40.909", "10:G41",
        "sct:230456007", "sct:69322001", "10:F29", "10:F06.0", "10:F06.2", "cm:F06.0", "cm:F06.2", "10:F23", "cm:F23", "cm:F29", "sct:2776000", "10:F05", "cm:F05",
        "sct:230690007", "10:I60", "10:I61", "10:I62", "10:I63", "10:I63.9", "10:I64", "cm:I60", "cm:I61.9", "cm:I63.9", "cm:I62", "10:I67.6", "cm:I67.6", "10:G08",
        "cm:G08", "10:G04", "10:G05", "10:G05.8*", "10:G03", "cm:G03", "cm:G04", "cm:G05", "sct:66760008", "10:F09", "cm:F09", "10:G93.4", "cm:G93.40", "10:G35",
        "cm:G35", "10:G36", "10:G37", "10:I67.7", "cm:I67.7", "10:I68.2", "cm:I68.2", "cn:G40.900", "cn:I63.900")),
    *(probe("7 E1a", f"{code} 57 days ago, active", "E1a unknown", cond(code, 57)) for code in ("10:G40", "sct:95644001", "10:I63", "sct:66760008")),
    probe("codes G45", "transient ischaemia: unknown, ask", "E1a unknown", cond("10:G45", 10)),
    probe("codes G45", "transient ischaemia, all seven absent", "E1a unknown", cond("cm:G45.9", 10), items()),
    probe("12 all", "transient ischaemia gives way to a no", "E1a not_met", cond("10:G45", 10), NO_CNS),
    probe("7 E1a", "peripheral neuropathy is no CNS", "E1a not_met", cond("10:G62.9", 10), items()),
    probe("7 E1a", "abated", "E1a not_met", cond("10:G40", 30, end=5, clinical="resolved"), items()),
    probe("7 E1a", "abated, clinicalStatus left active: over", "E1a not_met", cond("10:G40", 30, end=5, clinical=None), items()),
    probe("7 E1a", "remission is not active", "E1a not_met", cond("10:G40", 30, clinical="remission"), items()),
    probe("7 E1a", "recurrence is active", "E1a met", cond("10:G40", 30, clinical="recurrence")),
    probe("12 all", "without clinicalStatus and abatement: active", "E1a met", cond("10:G40", 30, clinical=None)),
    probe("12 E1", "dated by its onset: an old epilepsy recorded again", "E1a unknown", cond("10:G40", 3000, 5)),
    probe("12 E1", "recorded only: 56", "E1a met", cond("10:G40", None, 56)),
    probe("12 E1", "recorded only: 57", "E1a unknown", cond("10:G40", None, 57)),
    probe("7 E1a", "undated active", "E1a unknown", cond("10:G40")),
    probe("7 E1a", "provisional", "E1a unknown", cond("10:G40", 5, verified="provisional")),
    probe("12 all", "provisional gives way to a no", "E1a not_met", cond("10:G40", 5, verified="provisional"), NO_CNS),
    probe("12 all", "old-but-active gives way to a no", "E1a not_met", cond("10:G40", 500), NO_CNS),
    probe("12 all", "undated gives way to a no", "E1a not_met", cond("10:G40"), NO_CNS),
    probe("1", "confirmed outranks a no", "E1a met", cond("10:G40", 20), NO_CNS),
    probe("7 E1a", "all seven absent, no such condition", "E1a not_met", items()),
    probe("7 E1a", "six absent, one not assessed", "E1a unknown", items(lupus_headache=None)),
    *(probe("7 E1a", f"{name} present", "E1a met", items(**{name: True})) for name in ("seizure", "psychosis", "organic_brain_syndrome", "cva")),
    *(probe("7 E1a", f"{name} present is not one of the four", "E1a unknown", items(**{name: True})) for name in ("visual_disturbance", "cranial_nerve", "lupus_headache")),
    *(probe("parameters cns_descriptors", f"all: {name}", "E1a met", items(**{name: True}), cns_descriptors="all") for name in ("visual_disturbance", "cranial_nerve", "lupus_headache")),
    probe("12 E1", "a form of 31 days still serves", "E1a not_met", items(31)),
    probe("12 E1", "a form of 56 days still serves", "E1a not_met", items(56)),
    probe("12 E1", "a form of 57 days does not", "E1a unknown", items(57)),
    probe("12 E1", "a form of 56 days with a seizure", "E1a met", items(56, seizure=True)),
    probe("7 E1a", "seizure on an old form, absent on the new", "E1a not_met", items(40, seizure=True), items(2)),
    probe("7 E1a", "descriptor present outranks a no", "E1a met", items(2, cva=True), NO_CNS),
    probe("7 E1a", "attested yes", "E1a met", form(attest__active_cns=True)),
    probe("attestations", "30 days", "E1a not_met", form(30, attest__active_cns=False)),
    probe("attestations", "31 days", "E1a unknown", form(31, attest__active_cns=False)),
    probe("7 E1a", "no code proves nothing", "E1a unknown", cond("10:M32.9", 300)),
    probe("parameters cns_window_days", "60", "E1a met", cond("10:G40", 60), cns_window_days="60"),
    probe("parameters cns_window_days", "10", "E1a unknown", cond("10:G40", 11), cns_window_days="10"),
    probe("1", "a month that straddles", "E1a unknown", cond("10:G40", "2026-01")),
    probe("1", "a month inside", "E1a met", cond("10:G40", "2026-02")),
    probe("1", "evidence after the index date", "E1a not_met", cond("10:G40", -2), items()),
    probe("7 E1a", "condition note on cause does not matter: lupus or not", "E1a met", cond("10:G40", 20, note=[{"text": "due to alcohol"}])),
]  # fmt: skip

IGG = "2465-3"
GLOBULIN = [
    probe("7 E1f", "below the report's lower limit", "E1f met", lab(IGG, 6.9, 3, "g/L", low=7.0, high=16)),
    probe("7 E1f", "at the limit", "E1f not_met", lab(IGG, 7.0, 3, "g/L", low=7.0, high=16)),
    probe("7 E1f", "mg/dL", "E1f met", lab(IGG, 650, 3, "mg/dL", low=700, high=1600)),
    probe("7 E1f", "no range: <4", "E1f met", lab(IGG, 3.9, 3, "g/L")),
    probe("7 E1f", "no range: else unknown", "E1f unknown indeterminate", lab(IGG, 4.0, 3, "g/L")),
    probe("7 E1f", "no range: 12 unknown too", "E1f unknown indeterminate", lab(IGG, 12, 3, "g/L")),
    probe("12 all", "no range, flag L is the laboratory's judgement", "E1f met", lab(IGG, 6.5, 3, "g/L", flag="L")),
    probe("12 all", "no range, flag N", "E1f not_met", lab(IGG, 12, 3, "g/L", flag="N")),
    probe("12 all", "no range, flag H", "E1f not_met", lab(IGG, 22, 3, "g/L", flag="H")),
    *(probe("parameters igg_low_g_l", f"<{limit}", "E1f met", lab(IGG, float(limit) - 0.1, 3, "g/L", low=1), igg_low_g_l=limit) for limit in ("7", "6", "4")),
    *(probe("parameters igg_low_g_l", f"{limit} is not below", "E1f not_met", lab(IGG, float(limit), 3, "g/L", low=9), igg_low_g_l=limit) for limit in ("7", "6", "4")),
    probe("7 E1f", "90 days", "E1f not_met", lab(IGG, 9, 90, "g/L", low=7)),
    probe("7 E1f", "91 days", "E1f unknown too_old", lab(IGG, 9, 91, "g/L", low=7)),
    probe("parameters igg_validity_days", "30", "E1f unknown too_old", lab(IGG, 9, 31, "g/L", low=7), igg_validity_days="30"),
    *(probe("7 E1f", f"{code} also", "E1f met", cond(code, 3000)) for code in (
        "10:D80.0", "10:D80.1", "10:D83", "10:D83.9", "cm:D80.1", "cm:D83.9", "cm:D80.0", "cm:D83", "sct:23238000", "cn:D80.100", "cn:D83.900")),
    *(probe("7 E1f", f"{code}: the IgG decides", "E1f not_met", cond(code, 300), lab(IGG, 9, 3, "g/L", low=7)) for code in ("10:D80", "10:D80.2", "10:D80.3", "10:D80.4", "10:D80.6", "cm:D80.2")),
    *(probe("7 E1f", f"{code}: the IgG decides, low", "E1f met", cond(code, 300), lab(IGG, 5, 3, "g/L", low=7)) for code in ("10:D80", "10:D80.3")),
    *(probe("7 E1f", f"{code} alone: unknown", "E1f unknown", cond(code, 300)) for code in ("10:D80", "10:D80.2", "10:D80.9")),
    probe("7 E1f", "code against a normal IgG", "E1f met", cond("10:D80.1", 300), lab(IGG, 9, 3, "g/L", low=7)),
    probe("7 E1f", "resolved code, normal IgG", "E1f not_met", cond("10:D80.1", 300, clinical="resolved"), lab(IGG, 9, 3, "g/L", low=7)),
    probe("1", "provisional code, normal IgG", "E1f unknown", cond("10:D80.1", 300, verified="provisional"), lab(IGG, 9, 3, "g/L", low=7)),
    probe("7 E1f", "no such code is enough when IgG is normal", "E1f not_met", lab(IGG, 9, 3, "g/L", low=7)),
    probe("1", "latest wins", "E1f not_met", lab(IGG, 5, 30, "g/L", low=7), lab(IGG, 9, 3, "g/L", low=7)),
    probe("1", "comparator: <3 is below 7", "E1f met", lab(IGG, "<3", 3, "g/L", low=7)),
    probe("1", "comparator: <8 straddles 7", "E1f unknown indeterminate", lab(IGG, "<8", 3, "g/L", low=7)),
    probe("1", "implausible", "E1f unknown unreadable", lab(IGG, 900, 3, "g/L", low=7)),
    probe("12 all", "same day one readable, one not", "E1f unknown", lab(IGG, 9, 3, "g/L", low=7), lab(IGG, "标本不合格", 3)),
    probe("1", "same instant disagree", "E1f unknown conflict", lab(IGG, 9, "2026-03-10T08:00:00+08:00", "g/L", low=7), lab(IGG, 5, "2026-03-10T08:00:00+08:00", "g/L", low=7)),
    probe("1", "range as text", "E1f met", lab(IGG, 6.5, 3, "g/L", referenceRange=[{"text": "7.0-16.0"}])),
]  # fmt: skip

ALT, AST, BIL, IND = "1742-6", "1920-8", "14631-6", "14630-8"


def liver(alt: object = 20, ast: object = 20, bil: object = 10, on: int = 3):
    return (lab(ALT, alt, on, "U/L", high=40), lab(AST, ast, on, "U/L", high=40), lab(BIL, bil, on, "umol/L", high=20))


LIVER = [
    probe("7 E1g", "all three normal", "E1g not_met", *liver()),
    probe("7 E1g", "ALT 2 x", "E1g met", *liver(alt=80)),
    probe("7 E1g", "ALT just below", "E1g not_met", *liver(alt=79.9)),
    probe("7 E1g", "AST 2 x", "E1g met", *liver(ast=80)),
    probe("7 E1g", "bilirubin 2 x exactly is not >2 x", "E1g not_met", *liver(bil=40)),
    probe("7 E1g", "bilirubin >2 x", "E1g met", *liver(bil=40.1)),
    probe("parameters liver_alt_ast_xuln", "3", "E1g not_met", *liver(alt=119), liver_alt_ast_xuln="3"),
    probe("parameters liver_alt_ast_xuln", "3", "E1g met", *liver(alt=120), liver_alt_ast_xuln="3"),
    probe("parameters liver_bilirubin_xuln", "1.5", "E1g met", *liver(bil=30.1), liver_bilirubin_xuln="1.5"),
    probe("7 E1g", "90 days", "E1g not_met", *liver(on=90)),
    probe("7 E1g", "older than 90 days", "E1g unknown too_old", *liver(on=91)),
    probe("parameters liver_validity_days", "30", "E1g unknown too_old", *liver(on=31), liver_validity_days="30"),
    *(probe("7 E1g", f"needs all three: {gone} missing", "E1g unknown no_result", *(one for number, one in enumerate(liver()) if number != gone)) for gone in range(3)),
    probe("7 E1g", "one raised is enough", "E1g met", lab(ALT, 200, 3, "U/L", high=40)),
    probe("7 E1g", "no referenceRange: unknown", "E1g unknown indeterminate", lab(ALT, 200, 3, "U/L"), *liver()[1:]),
    probe("7 E1g", "no referenceRange, flag N", "E1g not_met", lab(ALT, 20, 3, "U/L", flag="N"), *liver()[1:]),
    probe("7 E1g", "no referenceRange, flag H does not say twice", "E1g unknown", lab(ALT, 200, 3, "U/L", flag="H"), *liver()[1:]),
    probe("10", "ALT in ukat/L with its range", "E1g met", lab(ALT, 1.4, 3, "ukat/L", high=0.67)),
    *(probe("7 E1g", f"active {code}", "E1g met", cond(code, 900), *liver()) for code in (
        "10:K74.6", "10:K72", "10:K72.9", "10:K70.3", "10:K76.7", "cm:K74.60", "cm:K72.90", "cm:K70.30", "cm:K70.31", "cm:K76.7", "cm:K72", "10:K70.4", "cm:K70.40", "10:K71.7",
        "cm:K71.7", "10:K74.4", "cm:K74.4", "10:K74.5", "cm:K74.5", "cm:K74.69", "sct:19943007", "sct:59927004", "cn:K74.600", "cn:K72.900")),
    *(probe("codes", f"{code} supports unknown: enzymes and bilirubin decide", "E1g not_met", cond(code, 300), *liver()) for code in ("10:K74.3", "cm:K74.3", "10:K71.1", "cm:K71.1", "sct:19682006")),
    *(probe("codes", f"{code} supports unknown", "E1g unknown", cond(code, 300)) for code in ("10:K74.3", "10:K71.1", "sct:19682006")),
    probe("7 E1g", "cirrhosis inactive", "E1g not_met", cond("10:K74.6", 900, clinical="inactive"), *liver()),
    probe("7 E1g", "cirrhosis provisional", "E1g unknown", cond("10:K74.6", 900, verified="provisional"), *liver()),
    probe("12 E1", "AST alone with myositis: unknown", "E1g unknown", cond("sct:26889001", 300), *liver(ast=200)),
    probe("12 E1", "AST and ALT with myositis: met", "E1g met", cond("sct:26889001", 300), *liver(ast=200, alt=200)),
    probe("12 E1", "AST alone with myositis on the form", "E1g unknown", form(sledai__myositis=True), *liver(ast=200)),
    probe("12 E1", "AST alone, myositis resolved", "E1g met", cond("sct:26889001", 300, clinical="resolved"), *liver(ast=200)),
    probe("12 E1", "bilirubin alone with haemolysis", "E1g unknown", cond("sct:413603009", 300), *liver(bil=60)),
    probe("12 E1", "bilirubin alone, indirect raised", "E1g unknown", lab(IND, 45, 3, "umol/L", high=14), *liver(bil=60)),
    probe("12 E1", "bilirubin, indirect normal", "E1g met", lab(IND, 9, 3, "umol/L", high=14), *liver(bil=60)),
    probe("12 E1", "bilirubin and ALT with haemolysis", "E1g met", cond("sct:413603009", 300), *liver(bil=60, alt=200)),
    probe("1", "comparator >1000", "E1g met", lab(ALT, ">1000", 3, "U/L", high=40)),
    probe("1", "comparator <5", "E1g not_met", lab(ALT, "<5", 3, "U/L", high=40), *liver()[1:]),
    probe("7 E1g", "range by sex", "E1g not_met", lab(ALT, 90, 3, "U/L", referenceRange=[
        {"high": {"value": 40, "unit": "U/L"}, "appliesTo": [{"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "female"}]}]},
        {"high": {"value": 50, "unit": "U/L"}, "appliesTo": [{"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}]}]}]), *liver()[1:], person("male")),
    probe("7 E1g", "an attestation does not exist for E1g", "E1g unknown", word("attest.active_cns", "no")),
]  # fmt: skip


@pytest.mark.parametrize("asked", [*NERVES, *GLOBULIN, *LIVER], ids=lambda p: f"{p.section}: {p.says}")
def test_an_organ_is_judged_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
