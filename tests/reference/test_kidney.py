"""Section 6 and section 12: eGFR, dialysis, transplant (E2), and severe nephritis (section 7, E1b)."""

import pytest

from tests.reference.probes import Probe, answer, cond, form, lab, person, probe, proc, word

EGFR, UMOL, MGDL, P24, UPCR = "62238-1", "14682-9", "2160-0", "2889-4", "2890-2"
T_NO = form(attest__kidney_transplant=False)
NO = form(attest__kidney_transplant=False, attest__dialysis=False)
ML = "mL/min/{1.73_m2}"


def egfr(value: object, on: int | str | None = 3, code: str = EGFR, **more):
    return lab(code, value, on, ML, **more)


def scr(value: object, on: int | str | None = 3, **more):
    return lab(UMOL, value, on, "umol/L", **more)


GFR = [
    probe("6", "<30 excludes", "E2 met", egfr(29.9), NO),
    probe("6", "30 does not", "E2 not_met", egfr(30), NO),
    probe("6", "compare unrounded", "E2 met", egfr(29.6), NO),
    probe("parameters egfr_round", "round first", "E2 not_met", egfr(29.6), NO, egfr_round="true"),
    probe("6", "30 or more: absence of transplant and dialysis still needs an attestation", "E2 unknown no_result", egfr(88)),
    probe("6", "one of the two attested", "E2 unknown", egfr(88), form(attest__dialysis=False)),
    probe("6", "or absence_policy presume", "E2 not_met", egfr(88), cond("10:M32.9", 900), lab("718-7", 120, 3, "g/L"), absence_policy="presume"),
    probe("6", "egfr_black_race never", "E2 unknown", egfr(88, code="88293-6"), NO),
    probe("6", "egfr_black_race never (low)", "E2 unknown", egfr(12, code="48643-1"), NO),
    probe("6", "non-black row counts", "E2 not_met", egfr(88, code="88294-4"), NO),
    probe("6", "male row not for a woman", "E2 unknown", egfr(88, code="70969-1"), NO),
    probe("6", "female row for a woman", "E2 not_met", egfr(88, code="50044-7"), NO),
    probe("6", "male row for a man", "E2 met", person("male"), egfr(28, code="70969-1"), NO),
    probe("6", "female row not for a man", "E2 unknown", person("male"), egfr(28, code="50044-7"), NO),
    probe("6", "female row, sex unknown", "E2 unknown", person("unknown"), egfr(28, code="50044-7"), NO),
    probe("6", "latest dated evidence", "E2 not_met", egfr(20, 40), egfr(55, 2), NO),
    probe("6", "latest: computed newer than reported", "E2 met", egfr(55, 40), scr(400, 2), NO),
    probe("6", "same day reported beats computed", "E2 not_met", egfr(45, 2), scr(400, 2), NO),
    probe("parameters egfr_source", "always computed", "E2 met", egfr(45, 2), scr(400, 2), NO, egfr_source="computed"),
    probe("12 E2", '"<60" falls back on the computed value of the day', "E2 not_met", egfr("<60", 2), scr(95, 2), NO),
    probe("12 E2", '"<60" falls back on the computed value of the day: low', "E2 met", egfr("<60", 2), scr(400, 2), NO),
    probe("1", '"<60" says nothing about 30', "E2 unknown indeterminate", egfr("<60", 2), NO),
    probe("1", '"<60" of a newer day than the creatinine', "E2 unknown indeterminate", egfr("<60", 2), scr(95, 3), NO),
    probe("1", '"<15" does', "E2 met", egfr("<15"), NO),
    probe("1", '">90" does', "E2 not_met", egfr(">90"), NO),
    probe("1", '"<30" excludes', "E2 met", egfr("<30"), NO),
    probe("1", '"<=30" straddles', "E2 unknown indeterminate", egfr("<=30"), NO),
    probe("1", '">=30" does', "E2 not_met", egfr(">=30"), NO),
    probe("1", 'text ">90"', "E2 not_met", lab(EGFR, "＞90 ml/min/1.73m2", 3), NO),
    probe("6", "90 days", "E2 not_met", egfr(88, 90), NO),
    probe("6", "91 days", "E2 unknown too_old", egfr(88, 91), NO),
    probe("parameters egfr_validity_days", "30", "E2 unknown too_old", egfr(88, 31), NO, egfr_validity_days="30"),
    # Hand: woman of 32, 2.5 mg/dL: 142 x (2.5/0.7)^-1.2 x 0.9938^32 x 1.012 = 25.6; 2.1 mg/dL: 31.5.
    probe("6", "computed, mg/dL", "E2 met", lab(MGDL, 2.5, 3, "mg/dL"), NO),
    probe("6", "computed, mg/dL", "E2 not_met", lab(MGDL, 2.1, 3, "mg/dL"), NO),
    # Unknown sex, age 32: 2.4 mg/dL gives woman 26.9, man 35.9: 142 x (2.4/0.9)^-1.2 x 0.8195 = 35.9.
    probe("6", "unknown sex: compute both, decide if they agree", "E2 unknown", person("unknown"), lab(MGDL, 2.4, 3, "mg/dL"), NO),
    probe("6", "unknown sex: both below", "E2 met", person("unknown"), lab(MGDL, 4.0, 3, "mg/dL"), NO),
    probe("6", "unknown sex: both above", "E2 not_met", person("other"), lab(MGDL, 1.0, 3, "mg/dL"), NO),
    probe("6", "under 18 no value", "E2 unknown", person(born="2010-01-01"), scr(60), NO),
    probe("parameters egfr_equation", "2009 gives 30.3 where 2021 gives 31.5", "E2 not_met", lab(MGDL, 2.1, 3, "mg/dL"), NO, egfr_equation="ckd_epi_2009"),
    probe("6", "plain creatinine implausible: quarantine", "E2 unknown unreadable", scr(5), NO),
    probe("6", "no data", "E2 unknown no_result", NO),
    probe("1", "newer unreadable", "E2 unknown unreadable", egfr(88, 20), egfr("标本溶血", 2), NO),
    probe("6", "eGFR in mL/s", "E2 not_met", lab(EGFR, 1.0, 3, "mL/s/{1.73_m2}"), NO),
]  # fmt: skip

CODES = [
    *(probe("6", f"without a usable eGFR: {code} met", "E2 met", cond(code, 1000), NO) for code in ("cm:N18.6", "sct:46177005")),
    probe("codes 714152005", "stage 5 on dialysis", "E2 met", cond("sct:714152005", 30), NO),
    *(probe("6", f"{code} within 90 days", "E2 met", cond(code, 90), NO) for code in ("10:N18.5", "cm:N18.5", "sct:433146000", "10:N18.4", "cm:N18.4", "sct:431857002", "cn:N18.500", "cn:N18.400")),
    *(probe("6", f"{code} older", "E2 unknown", cond(code, 91), NO) for code in ("10:N18.5", "10:N18.4", "sct:431857002")),
    probe("6", "onset old but record within 90 days", "E2 met", cond("10:N18.4", 900, 30), NO),
    probe("12 E2", "ckd_code_days 30", "E2 unknown", cond("10:N18.4", 40), NO, ckd_code_days="30"),
    probe("6", "with an eGFR the eGFR decides", "E2 not_met", cond("10:N18.4", 10), egfr(45), NO),
    probe("6", "with an eGFR the eGFR decides: N18.5", "E2 not_met", cond("10:N18.5", 10), egfr(45), NO),
    probe("6", "N18.6 against 30 or more: unknown, ask", "E2 unknown conflict", cond("cm:N18.6", 10), egfr(45), NO),
    probe("6", "N18.6 against less than 30", "E2 met", cond("cm:N18.6", 10), egfr(25), NO),
    probe("6", "N18.3 says nothing", "E2 not_met", cond("10:N18.3", 10), egfr(45), NO),
    probe("6", "N18.4 resolved", "E2 unknown", cond("10:N18.4", 40, clinical="resolved"), NO),
    probe("1", "N18.6 provisional", "E2 unknown", cond("cm:N18.6", 40, verified="provisional"), NO),
    probe("6", "eGFR too old, N18.5 fresh", "E2 met", cond("10:N18.5", 40), egfr(45, 200), NO),
]  # fmt: skip

DIALYSIS = [
    *(probe("6", f"active dependence {code}", "E2 met", cond(code, 1500), egfr(45), NO) for code in ("10:Z99.2", "cm:Z99.2", "sct:105502003", "sct:428982002", "cn:Z99.200")),
    probe("6", "dependence resolved: a past episode", "E2 not_met", cond("10:Z99.2", 900, clinical="resolved", end=500), egfr(45), NO),
    *(probe("6", f"procedure {code} in progress", "E2 met", proc(code, 700, "in-progress"), egfr(45), NO) for code in
      ("sct:302497006", "sct:265764009", "sct:71192002", "pcs:5A1D70Z", "pcs:5A1D80Z", "pcs:5A1D90Z", "9cn:39.95", "9cn:54.98", "9cn:39.9500", "9cn:54.98x001")),
    probe("12 E2", "in progress counts however long ago it began", "E2 met", proc("sct:302497006", None, "in-progress", start=3000), egfr(45), NO),
    probe("6", "without an end in the last 90 days", "E2 met", proc("sct:302497006", None, "completed", start=60), egfr(45), NO),
    probe("6", "a period without an end, 91 days", "E2 not_met", proc("sct:302497006", None, "completed", start=91), egfr(45), NO),
    probe("6", "latest session 14 days ago", "E2 met", proc("sct:302497006", 14), egfr(45), NO),
    probe("6", "latest session 15 days ago: unknown", "E2 unknown", proc("sct:302497006", 15), egfr(45), T_NO),
    probe("6", "latest session 90 days ago: unknown", "E2 unknown", proc("sct:302497006", 90), egfr(45), T_NO),
    probe("6", "ended more than 90 days ago does not exclude", "E2 not_met", proc("sct:302497006", 91), egfr(45), NO),
    probe("6", "session with its own start and end", "E2 met", proc("sct:302497006", None, "completed", start=10, end=10), egfr(45), NO),
    probe("6", "a closed series too: ended 40 days ago", "E2 unknown", proc("sct:302497006", None, "completed", start=400, end=40), egfr(45), T_NO),
    probe("6", "a closed series: ended 10 days ago", "E2 met", proc("sct:302497006", None, "completed", start=400, end=10), egfr(45), NO),
    probe("6", "a past episode", "E2 not_met", proc("sct:302497006", None, "completed", start=400, end=100), egfr(45), NO),
    probe("6", "stopped session 10 days ago", "E2 met", proc("sct:302497006", 10, "stopped"), egfr(45), NO),
    *(probe("12 E2", f"{status} never counts", "E2 not_met", proc("sct:302497006", 3, status), egfr(45), NO) for status in ("not-done", "preparation", "entered-in-error")),
    probe("1", "unknown status", "E2 unknown", proc("sct:302497006", 3, "unknown"), egfr(45), T_NO),
    probe("1", "evidence that starts after the index date", "E2 not_met", proc("sct:302497006", -3), egfr(45), NO),
    *(probe("6", f"{code} is a session, not dependence: 14 days", "E2 met", cond(code, 14), egfr(45), NO) for code in ("10:Z49.1", "10:Z49.2", "cn:Z49.100")),
    *(probe("6", f"{code} is a session, 15 days", "E2 unknown", cond(code, 15), egfr(45), T_NO) for code in ("10:Z49.1", "10:Z49.2")),
    *(probe("6", f"{code} is a session, 91 days", "E2 not_met", cond(code, 91), egfr(45), NO) for code in ("10:Z49.1", "10:Z49.2")),
    probe("parameters dialysis_scope", "haemodialysis only", "E2 not_met", proc("sct:71192002", 5), egfr(45), NO, dialysis_scope="haemodialysis"),
    probe("parameters dialysis_scope", "haemodialysis only", "E2 met", proc("sct:302497006", 5), egfr(45), NO, dialysis_scope="haemodialysis"),
    probe("parameters dialysis_session_days", "90", "E2 met", proc("sct:302497006", 80), egfr(45), NO, dialysis_session_days="90"),
    probe("1", "a confirmed positive outranks a no", "E2 met", proc("sct:302497006", 5), egfr(45), NO),
    probe("12 all", "an old session gives way to a no", "E2 not_met", proc("sct:302497006", 15), egfr(45), NO),
    probe("6", "attested dialysis", "E2 met", egfr(45), form(attest__dialysis=True, attest__kidney_transplant=False)),
    probe("12 all", "an attested yes outranks a negative record", "E2 met", egfr(45), word("attest.dialysis", "yes", 30)),
    probe("attestations", "dialysis no valid 30 days", "E2 not_met", egfr(45), word("attest.dialysis", "no", 30), word("attest.kidney_transplant", "no", 365)),
    probe("attestations", "dialysis no 31 days old", "E2 unknown too_old", egfr(45), word("attest.dialysis", "no", 31), word("attest.kidney_transplant", "no", 365)),
    probe("attestations", "transplant no 366 days old", "E2 unknown too_old", egfr(45), word("attest.dialysis", "no", 30), word("attest.kidney_transplant", "no", 366)),
]  # fmt: skip

TRANSPLANT = [
    *(probe("6", f"any kidney transplant: {code}", "E2 met", cond(code, 4000), egfr(60), NO) for code in
      ("10:Z94.0", "10:T86.1", "cm:Z94.0", "cm:T86.10", "cm:T86.11", "cm:T86.1", "sct:719352000", "sct:161665007", "sct:213150003", "cn:Z94.000", "cn:T86.100x001")),
    probe("12 E2", "transplant status counts whatever its clinicalStatus", "E2 met", cond("10:Z94.0", 4000, clinical="resolved"), egfr(60), NO),
    probe("6", "undated transplant", "E2 met", cond("10:Z94.0"), egfr(60), NO),
    *(probe("6", f"transplant {code}", "E2 met", proc(code, 4000), egfr(60), NO) for code in ("sct:70536003", "pcs:0TY00Z0", "pcs:0TY10Z0", "9cn:55.69", "9cn:55.6900")),
    probe("codes 55.61", "autotransplantation does not count", "E2 not_met", proc("9cn:55.61", 400), egfr(60), NO),
    probe("6", "planned transplant", "E2 not_met", cond("sct:183985008", 40), egfr(60), NO),
    probe("6", "evaluation visit", "E2 not_met", proc("sct:113127005", 40), egfr(60), NO),
    probe("6", "preparation", "E2 not_met", proc("sct:70536003", 4, "preparation"), egfr(60), NO),
    probe("6", "transplant in the future", "E2 not_met", proc("sct:70536003", -4), egfr(60), NO),
    probe("1", "provisional transplant", "E2 not_met", cond("10:Z94.0", 40, verified="provisional"), egfr(60), NO),
    probe("1", "provisional transplant, no word", "E2 unknown", cond("10:Z94.0", 40, verified="provisional"), egfr(60), form(attest__dialysis=False)),
    probe("6", "attested transplant", "E2 met", egfr(60), form(attest__dialysis=False, attest__kidney_transplant=True)),
]  # fmt: skip

LN = cond("cm:M32.14", 500)
NEPHRITIS = [
    *(probe("7 E1b", f"nephritis {code} and protein >6", "E1b met", cond(code, 500), lab(P24, 6.1, 3, "g/(24.h)")) for code in
      ("cm:M32.14", "cm:M32.15", "10:N08.5", "cn:M32.101+", "cn:M32.101+N08.5*", "cn:N08.5*", "sct:68815009", "sct:307755009", "sct:73286009", "sct:4676006",
       "sct:76521009", "sct:36402006", "sct:52042003", "sct:11013005")),
    probe("7 E1b", "protein 6 exactly", "E1b not_met", LN, lab(P24, 6, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("7 E1b", "creatinine >221", "E1b met", LN, lab(UMOL, 222, 3, "umol/L")),
    probe("7 E1b", "creatinine 221", "E1b not_met", LN, lab(UMOL, 221, 3, "umol/L"), lab(P24, 2, 3, "g/(24.h)")),
    probe("7 E1b", "2.5 mg/dL", "E1b not_met", LN, lab(MGDL, 2.5, 3, "mg/dL"), lab(P24, 2, 3, "g/(24.h)")),
    probe("7 E1b", "2.51 mg/dL", "E1b met", LN, lab(MGDL, 2.51, 3, "mg/dL")),
    probe("7 E1b", "UPCR stands for g/24 h when no collection", "E1b met", LN, lab(UPCR, 6500, 3, "mg/g{creat}")),
    probe("7 E1b", "UPCR gives way to a collection", "E1b not_met", LN, lab(UPCR, 6500, 3, "mg/g{creat}"), lab(P24, 2, 60, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("7 E1b", "collection too old: UPCR stands", "E1b met", LN, lab(UPCR, 6500, 3, "mg/g{creat}"), lab(P24, 2, 91, "g/(24.h)")),
    probe("parameters severe_ln_upcr", "24 h only", "E1b unknown", LN, lab(UPCR, 6500, 3, "mg/g{creat}"), lab(UMOL, 70, 3, "umol/L"), severe_ln_upcr="24h_only"),
    probe("7 E1b", "90 days", "E1b met", LN, lab(P24, 7, 90, "g/(24.h)")),
    probe("7 E1b", "values older than 90 days do not serve", "E1b unknown", LN, lab(P24, 7, 91, "g/(24.h)")),
    probe("parameters severe_ln_validity_days", "30", "E1b unknown", LN, lab(P24, 7, 31, "g/(24.h)"), severe_ln_validity_days="30"),
    probe("parameters severe_ln_protein_g_24h", "3.5", "E1b met", LN, lab(P24, 3.6, 3, "g/(24.h)"), severe_ln_protein_g_24h="3.5"),
    probe("7 E1b", "a limit passed without a nephritis diagnosis: unknown", "E1b unknown", lab(P24, 7, 3, "g/(24.h)")),
    probe("7 E1b", "no nephritis and nothing passed", "E1b not_met", lab(P24, 0.1, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("7 E1b", "no nephritis, one value missing", "E1b unknown no_result", lab(UMOL, 70, 3, "umol/L")),
    probe("7 E1b", "biopsy class alone is not severity", "E1b not_met", cond("sct:36402006", 30), lab(P24, 2, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("12 E1", "nephritis must be active", "E1b unknown", cond("cm:M32.14", 500, clinical="resolved"), lab(P24, 7, 3, "g/(24.h)")),
    probe("12 E1", "nephritis provisional", "E1b unknown", cond("cm:M32.14", 500, verified="provisional"), lab(P24, 7, 3, "g/(24.h)")),
    probe("12 E1", "attested yes excludes", "E1b met", form(attest__severe_ln=True)),
    probe("12 E1", "attested yes excludes against the record", "E1b met", LN, lab(P24, 0.1, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L"), form(attest__severe_ln=True)),
    probe("1", "a confirmed positive record outranks a no", "E1b met", LN, lab(P24, 7, 3, "g/(24.h)"), form(attest__severe_ln=False)),
    probe("attestations", "no, 30 days", "E1b not_met", form(30, attest__severe_ln=False)),
    probe("attestations", "no, 31 days", "E1b unknown", form(31, attest__severe_ln=False)),
    probe("12 all", "attested no against a limit without a diagnosis", "E1b not_met", lab(P24, 7, 3, "g/(24.h)"), form(attest__severe_ln=False)),
    probe("7 E1b", "steroid hint off by default", "E1b not_met", LN, lab(P24, 2, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("10", "520 g/24h implausible: quarantine", "E1b unknown unreadable", LN, lab(P24, 520, 3, "g/(24.h)"), lab(UMOL, 70, 3, "umol/L")),
    probe("10", "mg/24 h", "E1b met", LN, lab(P24, 6200, 3, "mg/(24.h)")),
    probe("9", "9318-7 is albumin, not protein", "E1b unknown", LN, lab("9318-7", 7000, 3, "mg/g{creat}"), lab(UMOL, 70, 3, "umol/L")),
]  # fmt: skip


@pytest.mark.parametrize(
    "asked", [*GFR, *CODES, *DIALYSIS, *TRANSPLANT, *NEPHRITIS], ids=lambda p: f"{p.section}: {p.says}"
)
def test_the_kidney_is_judged_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
