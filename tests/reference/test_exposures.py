"""Section 8, E4 to E6, and section 12: other studies, B-cell targeted drugs, Chinese medicines."""

import pytest

from tests.reference.probes import WHO, Probe, answer, cond, decided, form, lab, med, probe, proc, subject, word

OTHER_NO, B_NO, T_NO = (
    form(attest__other_study=False),
    form(attest__b_cell_therapy_1y=False),
    form(attest__tcm_immunosuppressive=False),
)
IN = ("on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "follow-up", "screening")
OUT = ("candidate", "eligible", "ineligible", "not-registered", "off-study", "potential-candidate", "withdrawn")
REGISTRY = {
    "resourceType": "ResearchStudy",
    "id": "own",
    "status": "active",
    "identifier": [{"system": "http://clinicaltrials.gov", "value": "NCT07069972"}],
}
ANOTHER = {
    "resourceType": "ResearchStudy",
    "id": "other",
    "status": "active",
    "identifier": [{"system": "http://clinicaltrials.gov", "value": "NCT05899907"}],
}

STUDIES = [
    *(probe("8 E4", f"{status} in another study", "E4 met", subject(status)) for status in IN),
    *(probe("8 E4", f"{status} in another study is not taking part", "E4 unknown no_result", subject(status)) for status in OUT),
    *(probe("8 E4", f"{status}, and attested no", "E4 not_met", subject(status), OTHER_NO) for status in OUT),
    *(probe("8 E4", f"{status} outranks a no", "E4 met", subject(status), OTHER_NO) for status in IN),
    *(probe("8 E4", f"{status} in this study never excludes", "E4 not_met", subject(status, "ResearchStudy/own"), REGISTRY, OTHER_NO) for status in IN),
    probe("8 E4", "the other study known by its ResearchStudy", "E4 met", subject("on-study"), ANOTHER, OTHER_NO),
    probe("8 E4", "this study by logical identifier", "E4 not_met", {**subject(), "study": {"identifier": {"system": "urn:x", "value": "NCT07069972"}}}, OTHER_NO),
    probe("8 E4", "another study by logical identifier", "E4 met", {**subject(), "study": {"identifier": {"system": "urn:x", "value": "NCT05899907"}}}, OTHER_NO),
    probe("8 E4", "this study by logical identifier, nothing else", "E4 unknown no_result", {**subject(), "study": {"identifier": {"value": "NCT07069972"}}}),
    probe("8 E4", "our number beside a reference to elsewhere", "E4 unknown no_result", {**subject(), "study": {"reference": "ResearchStudy/x", "identifier": {"value": "NCT07069972"}}}),
    probe("8 E4", "a study by display alone: which one is not known", "E4 unknown indeterminate", {**subject(), "study": {"display": "某药物III期试验"}}),
    probe("8 E4", "versioned absolute reference to own study", "E4 not_met", subject("on-study", "https://h.example/fhir/ResearchStudy/own/_history/2"), REGISTRY, OTHER_NO),
    probe("12 E4", "a study period that has ended is not current", "E4 not_met", subject("on-study", start=400, end=1), OTHER_NO),
    probe("12 E4", "a period that ends on the index date still runs", "E4 met", subject("on-study", start=400, end=0), OTHER_NO),
    probe("1", "period that ends later is ongoing", "E4 met", subject("on-study", start=400, end=-100)),
    probe("1", "period that starts later never counts", "E4 not_met", subject("on-study", start=-1), OTHER_NO),
    probe("1", "entered-in-error", "E4 not_met", subject("entered-in-error"), OTHER_NO),
    probe("8 E4", "Z00.6 active supports unknown", "E4 unknown indeterminate", cond("10:Z00.6", 20)),
    probe("8 E4", "cm Z00.6", "E4 unknown indeterminate", cond("cm:Z00.6", 20)),
    probe("12 all", "Z00.6 gives way to a no", "E4 not_met", cond("10:Z00.6", 20), OTHER_NO),
    probe("8 E4", "attested yes", "E4 met", form(attest__other_study=True)),
    probe("12 all", "attested yes outranks a negative record", "E4 met", subject("off-study"), form(attest__other_study=True)),
    probe("attestations", "30 days", "E4 not_met", form(30, attest__other_study=False)),
    probe("attestations", "31 days", "E4 unknown too_old", form(31, attest__other_study=False)),
    probe("attestations", "dated later", "E4 unknown", form(-1, attest__other_study=False)),
    probe("attestations", "as an Observation", "E4 not_met", word("attest.other_study", "no", 30)),
    probe("attestations", "boolean Observation", "E4 not_met", lab("own:attest.other_study", False, 2)),
    probe("attestations", "yes and no of one day", "E4 unknown conflict", word("attest.other_study", "no", 2), word("attest.other_study", "yes", 2)),
    probe("attestations", "the later word", "E4 not_met", word("attest.other_study", "yes", 9), word("attest.other_study", "no", 2)),
    probe("attestations", "in-progress form", "E4 unknown", form(2, "in-progress", attest__other_study=False)),
    probe("attestations", "form entered in error", "E4 unknown no_result", form(2, "entered-in-error", attest__other_study=False)),
    probe("attestations", "amended form", "E4 not_met", form(2, "amended", attest__other_study=False)),
    probe("parameters absence_policy", "presume, record populated", "E4 not_met", cond("10:M32.9", 900), lab("718-7", 120, 3, "g/L"), absence_policy="presume"),
    probe("parameters absence_policy", "open", "E4 unknown no_result", cond("10:M32.9", 900), lab("718-7", 120, 3, "g/L")),
    probe("parameters other_study_statuses", "candidate added", "E4 met", subject("candidate"), other_study_statuses="on-study,candidate"),
    probe("parameters other_study_statuses", "screening dropped", "E4 not_met", subject("screening"), OTHER_NO, other_study_statuses="on-study"),
]  # fmt: skip

RTX = "利妥昔单抗注射液"
B_CELL = [
    probe("8 E5", "365 days ago included", "E5 met", med(RTX, status="completed", on=365, kind="Administration")),
    probe("8 E5", "366 days ago", "E5 not_met", med(RTX, status="completed", on=366, kind="Administration"), B_NO),
    probe("8 E5", "366 days ago, open policy", "E5 unknown", med(RTX, status="completed", on=366, kind="Administration")),
    probe("parameters bcell_boundary", "exclusive", "E5 not_met", med(RTX, status="completed", on=365, kind="Administration"), B_NO, bcell_boundary="exclusive"),
    probe("parameters bcell_lookback", "P1Y: 2025-03-16", "E5 met", med(RTX, status="completed", on="2025-03-16", kind="Administration"), bcell_lookback="P1Y"),
    probe("8 E5", "stopped course that ended 365 days ago", "E5 met", med(RTX, 800, 365, "stopped")),
    probe("8 E5", "stopped course that ended 366 days ago", "E5 not_met", med(RTX, 800, 366, "stopped"), B_NO),
    probe("8 E5", "active without end: ongoing", "E5 met", med(RTX, 900)),
    probe("8 E5", "active without dates: ongoing", "E5 met", med(RTX)),
    probe("8 E5", "stopped without dates: unknown", "E5 unknown undated", med(RTX, status="stopped")),
    probe("8 E5", "completed without end, start long ago: unknown", "E5 unknown", med(RTX, 900, status="completed")),
    probe("8 E5", "completed without end, start within", "E5 met", med(RTX, 300, status="completed")),
    probe("parameters bcell_end_unknown", "met", "E5 met", med(RTX, status="stopped"), bcell_end_unknown="met"),
    probe("12 E4-6", "an active drug with an end date in the past ended then", "E5 not_met", med(RTX, 900, 400), B_NO),
    probe("12 E4-6", "status unknown: unknown", "E5 unknown", med(RTX, 300, 200, "unknown")),
    probe("12 E4-6", "status unknown, an end before the window too", "E5 unknown", med(RTX, 900, 700, "unknown")),
    probe("1", "on-hold without dates: unknown", "E5 unknown", med(RTX, status="on-hold")),
    probe("1", "on-hold with dates counts", "E5 met", med(RTX, 300, 200, "on-hold")),
    *(probe("1", f"{status} never counts", "E5 not_met", med(RTX, 30, status=status), B_NO) for status in ("not-taken", "intended", "entered-in-error")),
    probe("1", "starts after the index date", "E5 not_met", med(RTX, -1), B_NO),
    probe("1", "a record outranks a no", "E5 met", med(RTX, 100), B_NO),
    probe("12 all", "undated gives way to a no", "E5 not_met", med(RTX, status="stopped"), B_NO),
    probe("12 all", "straddling gives way to a no", "E5 not_met", med(RTX, on="2025", status="completed", kind="Administration"), B_NO),
    probe("1", "a year that straddles: unknown", "E5 unknown indeterminate", med(RTX, on="2025", status="completed", kind="Administration")),
    probe("1", "a month inside", "E5 met", med(RTX, on="2025-04", status="completed", kind="Administration")),
    probe("1", "a year before", "E5 not_met", med(RTX, on="2024", status="completed", kind="Administration"), B_NO),
    probe("8 E5", "MedicationRequest", "E5 met", med(RTX, status="completed", on=100, kind="Request")),
    probe("8 E5", "MedicationRequest cancelled", "E5 not_met", med(RTX, status="cancelled", on=100, kind="Request"), B_NO),
    probe("8 E5", "MedicationRequest draft", "E5 not_met", med(RTX, status="draft", on=100, kind="Request"), B_NO),
    probe("8 E5", "MedicationRequest plan", "E5 not_met", med(RTX, status="active", on=100, kind="Request", intent="plan"), B_NO),
    probe("8 E5", "MedicationRequest doNotPerform", "E5 not_met", med(RTX, status="active", on=100, kind="Request", doNotPerform=True), B_NO),
    probe("8 E5", "MedicationAdministration", "E5 met", med(RTX, status="completed", on=100, kind="Administration")),
    probe("8 E5", "MedicationAdministration not-done", "E5 not_met", med(RTX, status="not-done", on=100, kind="Administration"), B_NO),
    probe("8 E5", "MedicationDispense", "E5 met", med(RTX, status="completed", on=100, kind="Dispense")),
    probe("8 E5", "MedicationDispense declined", "E5 not_met", med(RTX, status="declined", on=100, kind="Dispense"), B_NO),
    probe("8 E5", "Procedure", "E5 met", proc(text="利妥昔单抗静脉输注", on=200)),
    probe("8 E5", "Procedure not done", "E5 not_met", proc(text="利妥昔单抗静脉输注", on=200, status="not-done"), B_NO),
    probe("8 E5", "Procedure too old", "E5 not_met", proc(text="利妥昔单抗静脉输注", on=400), B_NO),
    probe("8 E5", "contained Medication", "E5 met", med(None, 100, contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "美罗华"}}], medicationReference={"reference": "#m"})),
    probe("8 E5", "referenced Medication", "E5 met", med(None, 100, medicationReference={"reference": "Medication/m9"}), {"resourceType": "Medication", "id": "m9", "code": {"coding": [{"system": "http://www.whocc.no/atc", "code": "L01XC02"}]}}),
    probe("8 E5", "reference with display alone", "E5 met", med(None, 100, medicationReference={"display": "倍力腾 注射用贝利尤单抗"})),
    probe("8 E5", "belimumab counts", "E5 met", med("贝利尤单抗", 100)),
    probe("8 E5", "telitacicept counts", "E5 met", med("注射用泰它西普", 100)),
    probe("8 E5", "anifrolumab is not one", "E5 not_met", med("阿尼鲁单抗", 100), B_NO),
    probe("8 E5", "orelabrutinib: unknown, ask", "E5 unknown indeterminate", med("奥布替尼片", 100)),
    probe("parameters btk_inhibitor", "counted", "E5 met", med("奥布替尼片", 100), btk_inhibitor="counted"),
    probe("parameters btk_inhibitor", "not counted", "E5 not_met", med("奥布替尼片", 100), B_NO, btk_inhibitor="not_counted"),
    probe("8 E5", "BTK inhibitor a year ago", "E5 not_met", med("奥布替尼片", 800, 400, "stopped"), B_NO),
    probe("8 E5", "unlisted 仑赛", "E5 unknown indeterminate", med("恒凯仑赛注射液", 100)),
    probe("8 E5", "unlisted -leucel", "E5 unknown indeterminate", med("Examplecabtagene autoleucel", 100)),
    probe("codes", "舒瑞基奥仑赛 is not a B-cell drug", "E5 not_met", med("舒瑞基奥仑赛注射液", 100), B_NO),
    probe("codes", "瑞基奥仑赛 is", "E5 met", med("瑞基奥仑赛注射液", 100)),
    probe("8 E5", "daratumumab not counted", "E5 not_met", med("达雷妥尤单抗", 100), B_NO),
    probe("parameters plasma_cell_drugs", "counted", "E5 met", med("达雷妥尤单抗", 100), plasma_cell_drugs="counted"),
    probe("parameters plasma_cell_drugs", "unknown", "E5 unknown indeterminate", med("硼替佐米", 100), plasma_cell_drugs="unknown"),
    probe("8 E5", "attested yes", "E5 met", form(attest__b_cell_therapy_1y=True)),
    probe("12 all", "attested yes outranks a negative record", "E5 met", med(RTX, 900, 800, "stopped"), form(attest__b_cell_therapy_1y=True)),
    probe("attestations", "30 days", "E5 not_met", form(30, attest__b_cell_therapy_1y=False)),
    probe("attestations", "31 days", "E5 unknown too_old", form(31, attest__b_cell_therapy_1y=False)),
    probe("8 E5", "presume", "E5 not_met", cond("10:M32.9", 900), med("羟氯喹", 100), absence_policy="presume"),
    probe("9", "old belimumab code", "E5 met", med(None, 100, codes="atc:L04AA26")),
    probe("9", "ATC L04A holds biologics too: match the list", "E5 not_met", med(None, 100, codes="atc:L04AC07"), B_NO),
    probe("8 E5", "rituximab injected intra-lesionally is still exposure", "E5 met", med(RTX, 100, dosage=[{"route": {"text": "皮下注射"}}])),
    probe("8 E5", "an allergy to it is no exposure in the window", "E5 not_met", B_NO, {"resourceType": "AllergyIntolerance", "patient": WHO, "code": {"text": RTX}}),
]  # fmt: skip

TCM = [
    *(probe("8 E6", f"{name} in use", "E6 met", med(name, 60)) for name in (
        "雷公藤多苷片", "雷公藤片", "雷公藤多甙", "白芍总苷胶囊", "帕夫林", "昆仙胶囊", "昆明山海棠片", "火把花根片", "正清风痛宁缓释片", "盐酸青藤碱", "青风藤",
        "生白芍", "酒白芍", "赤白芍", "炒白芍 15g", "当归10g 白芍15g 甘草6g")),
    probe("8 E6", "赤芍 is not 白芍", "E6 not_met", med("赤芍 12g", 60), T_NO),
    probe("8 E6", "赤芍 and 白芍", "E6 met", med("赤芍12g、白芍15g", 60)),
    probe("codes", "芍药 without 白 or 赤: unknown, ask", "E6 unknown indeterminate", med("芍药 10g", 60)),
    probe("codes", "芍药, attested no", "E6 not_met", med("芍药 10g", 60), T_NO),
    *(probe("codes", f"{name} not counted", "E6 not_met", med(name, 60), T_NO) for name in ("百令胶囊", "金水宝胶囊", "冬虫夏草", "青蒿素", "双氢青蒿素片", "逍遥丸", "加味逍遥丸", "八珍丸", "乌鸡白凤丸")),
    probe("parameters tcm_extra", "sinomenine not counted", "E6 not_met", med("正清风痛宁", 60), T_NO, tcm_extra="not_counted"),
    probe("parameters tcm_crude_paeony", "extract only: crude", "E6 not_met", med("白芍", 60), T_NO, tcm_crude_paeony="not_counted"),
    probe("parameters tcm_crude_paeony", "extract only: extract", "E6 met", med("白芍总苷", 60), tcm_crude_paeony="not_counted"),
    probe("parameters tcm_timing", "any in 28 days", "E6 met", med("雷公藤多苷片", 200, 28, "completed"), tcm_timing="28_days"),
    probe("parameters tcm_timing", "any in 28 days: 29", "E6 not_met", med("雷公藤多苷片", 200, 29, "completed"), T_NO, tcm_timing="28_days"),
    probe("8 E6", "active on the index date: stopped yesterday", "E6 not_met", med("雷公藤多苷片", 200, 1, "stopped"), T_NO),
    probe("8 E6", "active with an end in the past", "E6 not_met", med("雷公藤多苷片", 200, 1), T_NO),
    probe("8 E6", "active with an end to come", "E6 met", med("雷公藤多苷片", 200, -10)),
    probe("8 E6", "active, ends on the index date", "E6 met", med("雷公藤多苷片", 200, 0)),
    probe("8 E6", "completed with an end to come: ongoing period", "E6 met", med("雷公藤多苷片", 200, -5, "completed")),
    probe("8 E6", "completed without end", "E6 not_met", med("雷公藤多苷片", 200, status="completed"), T_NO),
    probe("12 E4-6", "on hold is not active", "E6 not_met", med("雷公藤多苷片", 200, status="on-hold"), T_NO),
    probe("12 E4-6", "on hold without dates is not active", "E6 not_met", med("雷公藤多苷片", status="on-hold"), T_NO),
    probe("12 E4-6", "status unknown: unknown", "E6 unknown", med("雷公藤多苷片", 200, status="unknown")),
    probe("12 E4-6", "status unknown, ended: unknown", "E6 unknown", med("雷公藤多苷片", 200, 100, status="unknown")),
    *(probe("1", f"{status} never counts", "E6 not_met", med("雷公藤多苷片", 20, status=status), T_NO) for status in ("not-taken", "intended", "entered-in-error")),
    probe("8 E6", "active undated", "E6 met", med("雷公藤多苷片")),
    probe("8 E6", "an order that is active", "E6 met", med("雷公藤多苷片", on=20, kind="Request")),
    probe("8 E6", "attested yes", "E6 met", form(attest__tcm_immunosuppressive=True)),
    probe("8 E6", "no data", "E6 unknown no_result"),
    probe("1", "a record outranks a no", "E6 met", med("昆仙胶囊", 20), T_NO),
    probe("attestations", "30 and 31 days", "E6 not_met", form(30, attest__tcm_immunosuppressive=False)),
    probe("attestations", "31 days", "E6 unknown too_old", form(31, attest__tcm_immunosuppressive=False)),
]  # fmt: skip

# Every name and code of the table of medicines, by what an active one answers.
B_CELL_DRUGS = (
    "belimumab|贝利尤单抗|贝利木单抗|倍力腾|Benlysta|atc:L04AG04|rx:1092437|sct:449043000|telitacicept|泰它西普|泰爱|RC18|"
    "rituximab|利妥昔单抗|美罗华|汉利康|达伯华|得利妥|MabThera|Rituxan|atc:L01FA01|rx:121191|sct:386919002|ocrelizumab|奥瑞利珠单抗|"
    "奥克雷珠单抗|Ocrevus|atc:L04AG08|rx:1876366|sct:733464008|ofatumumab|奥法妥木单抗|Kesimpta|全欣达|atc:L01FA02|"
    "atc:L04AG12|rx:712566|obinutuzumab|奥妥珠单抗|佳罗华|Gazyva|atc:L01FA03|rx:974779|sct:710287009|ublituximab|"
    "atc:L04AG14|inebilizumab|伊奈利珠单抗|昕越|atc:L04AG10|blinatumomab|贝林妥欧单抗|倍利妥|atc:L01FX07|rx:1597258|tafasitamab|"
    "atc:L01FX12|rx:2387211|tisagenlecleucel|atc:L01XL04|rx:1986438|axicabtagene ciloleucel|阿基仑赛|奕凯达|"
    "atc:L01XL03|relmacabtagene autoleucel|瑞基奥仑赛|倍诺达|ianalumab|VAY736|atacicept|epratuzumab|obexelimab|"
    "XmAb5871|ripertamab|瑞帕妥单抗|安平希|zuberitamab|泽贝妥单抗|安瑞昔|替伊莫单抗|atc:V10XX02|mosunetuzumab|莫妥珠单抗|atc:L01FX25|"
    "glofitamab|格菲妥单抗|高罗华|atc:L01FX28|epcoritamab|艾可瑞妥单抗|atc:L01FX27|odronextamab|atc:L01FX34|"
    "polatuzumab vedotin|维泊妥珠单抗|优罗华|atc:L01FX14|loncastuximab tesirine|泰朗妥昔单抗|atc:L01FX22|"
    "inotuzumab ozogamicin|奥加伊妥珠单抗|贝博萨|atc:L01FB01|inaticabtagene autoleucel|纳基奥仑赛|源瑞达|"
    "brexucabtagene autoleucel|atc:L01XL06|lisocabtagene maraleucel|atc:L01XL08|obecabtagene autoleucel|"
    "atc:L01XL12|povetacicept|tibulizumab|tabalumab|blisibimod|alemtuzumab|阿仑单抗|atc:L04AG06|"
    "equecabtagene autoleucel|伊基奥仑赛|福可苏|zevorcabtagene autoleucel|泽沃基奥仑赛|赛恺泽|ciltacabtagene autoleucel|西达基奥仑赛|"
    "卡卫荻|atc:L01XL05|idecabtagene vicleucel|atc:L01XL07|teclistamab|特立妥单抗|atc:L01FX24"
)  # fmt: skip
B_CELL_ASK = (
    "orelabrutinib|奥布替尼|宜诺凯|atc:L01EL04|zanubrutinib|泽布替尼|百悦泽|atc:L01EL03|ibrutinib|伊布替尼|亿珂|atc:L01EL01|"
    "acalabrutinib|阿可替尼|康可期|atc:L01EL02|pirtobrutinib|匹妥布替尼|atc:L01EL05|sibeprenlimab|atc:L04AG18"
)  # fmt: skip
PRIOR_THERAPY = (
    "prednisone|泼尼松|醋酸泼尼松|强的松|atc:H02AB07|rx:8640|sct:116602009|prednisolone|泼尼松龙|强的松龙|atc:H02AB06|rx:8638|"
    "sct:116601002|methylprednisolone|甲泼尼龙|甲强龙|美卓乐|atc:H02AB04|rx:6902|sct:116593003|dexamethasone|地塞米松|"
    "atc:H02AB02|rx:3264|sct:372584003|betamethasone|倍他米松|得宝松|复方倍他米松|atc:H02AB01|rx:1514|sct:116571008|"
    "hydrocortisone|氢化可的松|atc:H02AB09|rx:5492|sct:396458002|cortisone|可的松|atc:H02AB10|triamcinolone|曲安西龙|曲安奈德|"
    "atc:H02AB08|sct:116594009|deflazacort|地夫可特|atc:H02AB13|rx:22396|sct:396012006|mycophenolate mofetil|"
    "吗替麦考酚酯|霉酚酸酯|骁悉|赛可平|扶异|atc:L04AA06|rx:68149|sct:386976000|mycophenolic acid|麦考酚钠|米芙|rx:7145|sct:409330005|"
    "azathioprine|硫唑嘌呤|依木兰|atc:L04AX01|rx:1256|sct:372574004|methotrexate|甲氨蝶呤|atc:L04AX03|atc:L01BA01|rx:6851|"
    "sct:387381009|cyclophosphamide|环磷酰胺|安道生|atc:L01AA01|rx:3002|sct:387420009|tacrolimus|他克莫司|普乐可复|"
    "atc:L04AD02|rx:42316|sct:386975001|ciclosporin|环孢素|环孢霉素|新山地明|田可|atc:L04AD01|rx:3008|sct:387467008|"
    "voclosporin|伏环孢素|伏罗孢素|atc:L04AD03|leflunomide|来氟米特|爱若华|妥抒|atc:L04AK01|rx:27169|sct:386981009|sirolimus|"
    "西罗莫司|atc:L04AH01|sct:387014003|thalidomide|沙利度胺|atc:L04AX02|baricitinib|巴瑞替尼|atc:L04AF02|iguratimod|艾拉莫德|"
    "艾得辛|mizoribine|咪唑立宾|布累迪宁|everolimus|依维莫司|atc:L04AH02|atc:L01EG02|mercaptopurine|巯嘌呤|atc:L01BB02|"
    "chlorambucil|苯丁酸氮芥|atc:L01AA02|tofacitinib|托法替布|尚杰|atc:L04AF01|upadacitinib|乌帕替尼|瑞福|atc:L04AF03|"
    "deucravacitinib|氘可来昔替尼|颂狄多|atc:L04AF07|abatacept|阿巴西普|atc:L04AA24|teriflunomide|特立氟胺|atc:L04AK02"
)  # fmt: skip
CHINESE = (
    "雷公藤|雷公藤片|雷公藤多苷|雷公藤多甙|雷公藤多苷片|昆明山海棠|昆明山海棠片|火把花根|火把花根片|昆仙胶囊|白芍总苷|白芍总甙|白芍总苷胶囊|帕夫林|白芍|炒白芍|杭白芍|青藤碱|盐酸青藤碱|正清风痛宁|"
    "青风藤"
)  # fmt: skip
CHINESE_ASK = (
    "芍药"
)  # fmt: skip
NEITHER = (
    "daratumumab|达雷妥尤单抗|atc:L01FC01|rx:1721947|sct:716016006|bortezomib|硼替佐米|atc:L01XG01|sct:407097007|"
    "anifrolumab|阿尼鲁单抗|atc:L04AG11|tocilizumab|托珠单抗|atc:L04AC07|sct:444648007|eculizumab|依库珠单抗|atc:L04AJ01|"
    "sct:427429004|hydroxychloroquine|羟氯喹|硫酸羟氯喹|纷乐|赛能|atc:P01BA02|rx:5521|sct:373540008|chloroquine|氯喹|"
    "atc:P01BA01|rx:2393|sct:373468005|百令胶囊|金水宝|冬虫夏草|赤芍|布地奈德肠溶胶囊|耐赋康|atc:A07EA06|青蒿素|双氢青蒿素|逍遥丸|加味逍遥丸|八珍丸|乌鸡白凤丸|"
    "satricabtagene autoleucel|舒瑞基奥仑赛"
)  # fmt: skip
TABLE = {
    B_CELL_DRUGS: ("unknown no_result", "met", "unknown no_result"),
    B_CELL_ASK: ("unknown no_result", "unknown indeterminate", "unknown no_result"),
    PRIOR_THERAPY: ("met", "unknown no_result", "unknown no_result"),
    CHINESE: ("unknown no_result", "unknown no_result", "met"),
    CHINESE_ASK: ("unknown no_result", "unknown no_result", "unknown indeterminate"),
    NEITHER: ("unknown no_result", "unknown no_result", "unknown no_result"),
}
DRUGS = [(name, answers) for names, answers in TABLE.items() for name in names.split("|")]


@pytest.mark.parametrize(("name", "answers"), DRUGS, ids=[name for name, _ in DRUGS])
def test_every_name_and_code_of_a_medicine_counts_for_its_criterion(name: str, answers: tuple[str, str, str]) -> None:
    drug = med(None, 100, codes=name) if ":" in name else med(f"{name} 0.5g*20片", 100)
    findings = decided([drug]).findings
    said = [findings[criterion] for criterion in ("I4a", "E5", "E6")]
    assert tuple(f"{one.answer} {one.because or ''}".strip() for one in said) == answers


@pytest.mark.parametrize("asked", [*STUDIES, *B_CELL, *TCM], ids=lambda p: f"{p.section}: {p.says}")
def test_an_exposure_is_judged_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
