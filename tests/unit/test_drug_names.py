"""Drugs as Chinese prescriptions call them, with salt, form, dose and brand, and where they are put."""

import pytest

from adapter.facts.coding.codes import Codes
from adapter.facts.read import read_medicine
from adapter.places import folder
from adapter.study.codelists import load_codelists

SHARED = folder("mappings") / "codelists"


@pytest.fixture(name="codes", scope="module")
def codes_fixture() -> Codes:
    return Codes(load_codelists([SHARED]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("醋酸泼尼松片 5mg", "prednisone glucocorticoid"),
        ("醋酸泼尼松片（强的松）5mg×100片", "prednisone glucocorticoid"),
        ("醋酸泼尼松龙片", "prednisolone glucocorticoid"),
        ("甲泼尼龙琥珀酸钠注射液", "methylprednisolone glucocorticoid"),
        ("注射用甲泼尼龙琥珀酸钠（甲强龙）40mg", "methylprednisolone glucocorticoid"),
        ("甲基强的松龙", "methylprednisolone glucocorticoid"),
        ("甲基泼尼松龙片", "methylprednisolone glucocorticoid"),
        ("地塞米松磷酸钠注射液", "dexamethasone glucocorticoid"),
        ("吗替麦考酚酯胶囊", "mycophenolate_mofetil immunosuppressant"),
        ("麦考酚钠肠溶片（米芙）", "mycophenolic_acid immunosuppressant"),
        ("霉酚酸", "mycophenolic_acid immunosuppressant"),
        ("他克莫司缓释胶囊", "tacrolimus immunosuppressant"),
        ("环孢素软胶囊", "ciclosporin immunosuppressant"),
        ("环孢菌素Ａ", "ciclosporin immunosuppressant"),
        ("甲氨喋呤片", "methotrexate immunosuppressant"),
        ("注射用环磷酰胺", "cyclophosphamide immunosuppressant"),
        ("硫酸羟氯喹片", "hydroxychloroquine antimalarial"),
        ("羟基氯喹", "hydroxychloroquine antimalarial"),
        ("注射用泰它西普", "telitacicept b_cell_targeted study_drug"),
        ("注射用贝利尤单抗 120mg", "belimumab b_cell_targeted study_drug"),
        ("贝利尤单抗注射液", "belimumab b_cell_targeted study_drug"),
        ("利妥昔单抗注射液（汉利康）", "rituximab b_cell_targeted"),
        ("奥妥珠单抗注射液", "obinutuzumab b_cell_targeted"),
        ("瑞基奥仑赛注射液", "relmacabtagene_autoleucel b_cell_targeted"),
        ("新某奥仑赛注射液", "other_cell_product b_cell_ask"),
        ("CD19 CAR-T细胞回输", "other_cell_product b_cell_ask"),
        ("雷公藤多苷片 10mg", "tripterygium_wilfordii tcm_immunosuppressive"),
        ("雷公藤多甙片", "tripterygium_wilfordii tcm_immunosuppressive"),
        ("昆仙胶囊", "kunxian_capsule tcm_immunosuppressive"),
        ("白芍总苷胶囊（帕夫林）0.3g", "total_glucosides_of_paeony tcm_immunosuppressive"),
        ("杭芍 15g", "white_peony_root tcm_crude_paeony"),
        ("赤芍 10g", "red_peony_root tcm_not_immunosuppressive"),
    ],
)
def test_a_drug_is_known_by_its_chinese_name(text, expected, codes):
    medicine = read_medicine({"code_text": text}, codes)
    name, *classes = expected.split()
    assert {match.drug for match in medicine.matches} == {f"drug.{name}"}
    assert sorted(match.concept for match in medicine.matches) == classes
    assert not medicine.local


@pytest.mark.parametrize(
    "text",
    [
        "他克莫司软膏 0.1%",
        "他克莫司滴眼液",
        "丁酸氢化可的松乳膏",
        "地塞米松凝胶",
        "醋酸可的松眼膏",
        "倍他米松洗剂",
        "醋酸地塞米松粘贴片",
        "地塞米松 外涂",
        "曲安奈德 皮损内注射",
        "曲安奈德注射液 关节内注射",
        "地塞米松 结膜下注射",
        "地塞米松 雾化吸入",
        "倍他米松 局部封闭",
        "氢化可的松 局部用药",
        "布地奈德鼻喷雾剂",
    ],
)
def test_a_drug_that_stays_where_it_is_put_is_local(text, codes):
    assert read_medicine({"code_text": text}, codes).local
