"""What codes, names and texts mean: the codelists as they are shipped, and a hospital's own."""

import pickle

import pytest

from adapter.facts.coding.codes import ANY, Codes
from adapter.places import folder
from adapter.study.codelists import OWN_SYSTEM, load_codelists

SHARED = folder("mappings") / "codelists"
EXAMPLE = folder("mappings") / "hospitals" / "example"
ICD = "http://hl7.org/fhir/sid/icd-10"
ICD_CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"


@pytest.fixture(scope="module")
def codes():
    return Codes(load_codelists([SHARED], EXAMPLE))


def concepts(codes, system, code, kind, text=None):
    return sorted(match.concept for match in codes.concepts([{"system": system, "code": code}], text, kind=kind))


def drugs(codes, text):
    return sorted(match.drug.removeprefix("drug.") for match in codes.concepts([], text, kind="drug"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M32", ["sle"]),
        ("M32.9", ["sle"]),
        ("m32.9 ", ["sle"]),
        ("M329", ["sle"]),
        ("Ｍ３２．９", ["sle"]),
        ("M32.900", ["sle"]),
        ("M32.900x001", ["sle"]),
        ("M32.101+", ["lupus_nephritis", "sle"]),
        ("M32.101+N08.5*", ["lupus_nephritis", "sle"]),
        ("N08.5*", ["lupus_nephritis"]),
        ("M32.102+", ["sle"]),
        ("M32.0", ["drug_induced_lupus"]),
        ("M32.000x001", ["drug_induced_lupus"]),
        ("L93.0", ["cutaneous_lupus"]),
        ("N18.4", ["ckd4"]),
        ("N18.5", ["ckd5"]),
        ("N18.6", ["esrd"]),
        ("N18.0", ["esrd"]),
        ("N18.3", []),
        ("D80", ["immunoglobulin_deficiency_other"]),
        ("D80.0", ["hypogammaglobulinaemia"]),
        ("D80.2", ["immunoglobulin_deficiency_other"]),
        ("B18", []),
        ("B18.1", ["hbv"]),
        ("B18.2", ["hcv"]),
        ("Z49.1", ["dialysis_session"]),
        ("Z99.2", ["dialysis"]),
        ("O98.7", ["hiv", "pregnancy_or_puerperium_unclear"]),
        ("M3", []),
        ("", []),
    ],
)
def test_icd_matches_by_the_longest_prefix(codes, code, expected):
    assert concepts(codes, ICD, code, "condition") == expected


@pytest.mark.parametrize(
    "system",
    [
        ICD,
        "https://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10/",
        "http://hl7.org/fhir/sid/icd-10|2019",
        " HTTP://hl7.org/fhir/sid/ICD-10 ",
        "urn:oid:2.16.840.1.113883.6.3",
        "2.16.840.1.113883.6.3",
        ICD_CM,
        "urn:oid:2.16.840.1.113883.6.90",
        "icd-10-china",
        "http://his.example.org/CodeSystem/diagnosis",
    ],
)
def test_a_system_has_many_spellings(codes, system):
    assert concepts(codes, system, "M32.9", "condition") == ["sle"]


@pytest.mark.parametrize("system", [None, "", 7, "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://his.example.org"])
def test_a_system_that_nobody_declared_means_nothing(codes, system):
    assert concepts(codes, system, "M32.9", "condition") == []


@pytest.mark.parametrize(
    ("system", "code", "kind", "expected"),
    [
        (LOINC, "2160-0", "observation", ["creatinine"]),
        ("urn:oid:2.16.840.1.113883.6.1", "2160-0", "observation", ["creatinine"]),
        (LOINC, "2160-", "observation", []),
        (LOINC, "2160-00", "observation", []),
        (SNOMED, "55464009", "condition", ["sle"]),
        ("urn:oid:2.16.840.1.113883.6.96", "55464009", "condition", ["sle"]),
        (SNOMED, "433146000", "condition", ["ckd5"]),
        (SNOMED, "77386006", "condition", ["pregnancy"]),
        (SNOMED, "77386006", "observation", ["pregnant"]),
        (SNOMED, "302497006", "procedure", ["dialysis"]),
        (SNOMED, "302497006", "condition", ["dialysis"]),
        (SNOMED, "55464009", "procedure", []),
        (ICD, "Z49.1", "procedure", ["dialysis_session"]),
        ("http://his.example.org/CodeSystem/operation", "39.9500", "procedure", ["dialysis"]),
        (ICD_CM, "M32.14", "condition", ["lupus_nephritis", "sle"]),
        (OWN_SYSTEM, "sledai.arthritis", "observation", ["sledai.arthritis"]),
        (OWN_SYSTEM, "acr97.hemolytic_anemia", "observation", ["acr97.hemolytic_anemia"]),
        (
            "https://trial-adapter.example/fhir/Questionnaire/screening|1.0",
            "attest.willing",
            "observation",
            ["attest.willing"],
        ),
        (ATC, "H02AB07", "drug", ["glucocorticoid"]),
        (ATC, "L04AA26", "drug", ["b_cell_targeted", "study_drug"]),
        (ATC, "L01XC02", "drug", ["b_cell_targeted"]),
        (ATC, "L04AA13", "drug", ["immunosuppressant"]),
        (ATC, "H02AB", "drug", []),
        (ATC, "H02AB0701", "drug", []),
        (ATC, "L01XL05", "drug", ["b_cell_counted_configurable"]),
        (ATC, "L01EL01", "drug", ["btk_inhibitor"]),
        (ATC, "A07EA06", "drug", ["glucocorticoid_local"]),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "8640", "drug", ["glucocorticoid"]),
    ],
)
def test_other_codes_match_exactly(codes, system, code, kind, expected):
    assert concepts(codes, system, code, kind) == expected


def test_carriers_of_hepatitis_are_told_apart_by_the_text(codes):
    assert concepts(codes, ICD, "Z22.5", "condition") == ["hbv"]
    assert concepts(codes, ICD, "Z22.5", "condition", "病毒性肝炎携带者") == ["hbv"]
    assert concepts(codes, ICD, "Z22.5", "condition", "HBsAg carrier") == ["hbv"]
    assert concepts(codes, ICD, "Z22.5", "condition", "乙型肝炎表面抗原携带者") == ["hbv"]
    assert concepts(codes, ICD, "Z22.5", "condition", "丙型肝炎病毒携带者") == ["hcv"]
    assert concepts(codes, ICD, "Z22.5", "condition", "HCV carrier") == ["hcv"]
    assert concepts(codes, ICD, "Z22.501", "condition", "乙型、丙型肝炎病毒携带者") == ["hbv", "hcv"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("泼尼松片 5mg", ["prednisone"]),
        ("醋酸泼尼松", ["prednisone"]),
        ("泼尼松龙", ["prednisolone"]),
        ("甲泼尼龙片", ["methylprednisolone"]),
        ("氢化可的松", ["hydrocortisone"]),
        ("硫酸羟氯喹片", ["hydroxychloroquine"]),
        ("磷酸氯喹", ["chloroquine"]),
        ("伏环孢素", ["voclosporin"]),
        ("白芍", ["white_peony_root"]),
        ("生白芍 10g", ["white_peony_root"]),
        ("酒白芍", ["white_peony_root"]),
        ("赤白芍", ["white_peony_root"]),
        ("白芍药", ["white_peony_root"]),
        ("白芍总苷胶囊", ["total_glucosides_of_paeony"]),
        ("赤芍", ["red_peony_root"]),
        ("赤芍、白芍各10g", ["red_peony_root", "white_peony_root"]),
        ("当归芍药散", ["paeony_root_unspecified"]),
        ("瑞基奥仑赛注射液", ["relmacabtagene_autoleucel"]),
        ("舒瑞基奥仑赛注射液", ["satricabtagene_autoleucel"]),
        ("某某仑赛注射液", ["other_cell_product"]),
        ("Newcabtagene autoleucel", ["other_cell_product"]),
        ("prednisone 5 MG Oral Tablet", ["prednisone"]),
        ("PREDNISONE", ["prednisone"]),
        ("ｐｒｅｄｎｉｓｏｎｅ", ["prednisone"]),
        ("methylprednisolone 4 MG", ["methylprednisolone"]),
        ("hydroxychloroquine sulfate 200 MG", ["hydroxychloroquine"]),
        ("rituximab-abbs injection", ["rituximab"]),
        ("cyclosporine 25 MG", ["ciclosporin"]),
        ("prednisones", []),
        ("阿司匹林", []),
        ("布地奈德吸入剂", []),
        ("", []),
    ],
)
def test_drugs_are_found_by_whole_names_the_longest_first(codes, text, expected):
    assert sorted(set(drugs(codes, text))) == expected


def test_a_name_speaks_only_where_no_code_means_a_drug(codes):
    product = {
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code": "312617",
        "display": "prednisone 5 MG Oral Tablet",
    }
    assert [m.concept for m in codes.concepts([product], None, kind="drug")] == ["glucocorticoid"]
    listed = {"system": ATC, "code": "P01BA02", "display": "prednisone"}
    assert [m.concept for m in codes.concepts([listed], "泼尼松", kind="drug")] == ["antimalarial"]


def test_a_text_of_a_condition_means_nothing_unless_the_hospital_says_so(codes):
    assert [m.concept for m in codes.concepts([], " 系统性红斑狼疮 ", kind="condition")] == ["sle"]
    assert Codes(load_codelists([SHARED])).concepts([], "系统性红斑狼疮", kind="condition") == ()


def test_the_hospitals_rows_apply_to_codes_texts_and_drugs(codes):
    lis = "http://lis.example.org/CodeSystem/test"
    assert [(m.concept, m.unit) for m in codes.concepts([{"system": lis, "code": "c3"}], None, kind="observation")] == [
        ("c3", "g/L")
    ]
    assert [(m.concept, m.unit) for m in codes.concepts([], "尿蛋白肌酐比值", kind="observation")] == [
        ("upcr", "mg/g{creat}")
    ]
    pis = "http://pis.example.org/CodeSystem/drug"
    assert concepts(codes, pis, "Y0231", "drug") == ["glucocorticoid"]
    assert concepts(codes, pis, "Y0877", "drug") == ["b_cell_targeted", "study_drug"]
    assert concepts(codes, pis, "Z1003", "drug") == ["tcm_immunosuppressive"]
    assert concepts(codes, pis, "Y0231", "condition") == []


def test_a_coding_that_means_something_silences_the_text(codes):
    assert concepts(codes, ICD, "N18.4", "condition", "系统性红斑狼疮") == ["ckd4"]


@pytest.mark.parametrize("codings", [[None], [7], [{}], [{"code": 5, "system": []}], [{"code": None, "display": {}}]])
def test_damaged_codings_mean_nothing(codes, codings):
    assert codes.concepts(codings, {"not": "text"}, kind="condition") == ()


def test_words_for_results(codes):
    result = "http://lis.example.org/CodeSystem/result"
    assert codes.value_word(result, "1", None, "hbsag") == "positive"
    assert codes.value_word(result, "1", None, "c3") is None
    assert codes.value_word(None, None, " 可疑阳性 ", "c3") == "indeterminate"
    assert codes.value_word(SNOMED, "77386006", None, "pregnancy_status") == "positive"
    assert codes.value_word(OWN_SYSTEM, "absent", None, "sledai.rash") == "absent"
    assert codes.value_word(None, None, "疗效欠佳", ANY) == "inadequate"
    assert codes.value_word(None, None, None, "c3") is None


def test_the_door_asks_for_any_kind(codes):
    assert codes.wanted(LOINC, "2160-0", None)
    assert codes.wanted(None, None, "prednisone 5 MG")
    assert codes.wanted(ICD, "M32.9", None)
    assert not codes.wanted(LOINC, "8302-2", "Body height")


@pytest.mark.parametrize(
    ("codings", "texts", "local"),
    [
        ([{"system": SNOMED, "code": "6064005"}], [], True),
        ([{"system": SNOMED, "code": "26643006"}], [], False),
        ([{"system": ATC, "code": "D11AH01"}], [], True),
        ([{"system": ATC, "code": "D07AC01"}], [], True),
        ([{"code": "x", "display": "Inhalation use"}], [], True),
        ([], ["他克莫司软膏"], True),
        ([], ["环孢素滴眼液"], True),
        ([], ["口服，一日一次"], False),
        ([], ["Tacrolimus 0.1% Topical Ointment"], True),
        ([], ["cyclosporine soft gel capsule"], False),
        ([], ["triamcinolone Intra-Articular injection"], True),
        ([None], [None], False),
    ],
)
def test_routes_that_stay_where_they_are_put(codes, codings, texts, local):
    assert codes.is_local(codings, texts) is local


@pytest.mark.parametrize(
    ("note", "cause"),
    [
        ("due to urinary tract infection", "due to urinary tract infection"),
        ("Due to menses.", "Due to menses."),
        ("由尿路感染引起", "由尿路感染引起"),
        ("考虑药物所致", "考虑药物所致"),
        ("due to active lupus", None),
        ("由狼疮引起", None),
        ("考虑系统性红斑狼疮活动所致", None),
        ("not due to infection", None),
        ("redo tomorrow", None),
    ],
)
def test_a_note_names_another_cause(codes, note, cause):
    assert codes.other_cause([None, "ok", note]) == cause


def test_codes_travel_to_other_processes(codes):
    copy = pickle.loads(pickle.dumps(codes))
    assert concepts(copy, ICD, "M32.9", "condition") == ["sle"]
