"""Which text or code says positive, absent, trace or low, and which says nothing that can be trusted."""

import csv
from decimal import Decimal

import pytest

from adapter.errors import StudyError
from adapter.facts.results.values import Measured
from adapter.facts.results.wordings import Words
from adapter.screening.model import Because
from tests.unit.reading import INTERPRETATION, MAPPINGS, SNOMED, UNITS, WORDS, between, exactly, read

CONCEPTS = "https://trial-adapter.example/fhir/CodeSystem/concepts"


@pytest.mark.parametrize(
    ("concept", "text", "interval", "word"),
    [
        ("ana_titer", "阳性(1:320)", "[320,320]", "positive"),
        ("ana_titer", "1:100 弱阳性", "[100,100]", "positive"),
        ("ana_titer", "阴性(<1:100)", "[,100)", "negative"),
        ("urine_rbc_hpf", "未见", "[0,0]", "absent"),
        ("urine_rbc_hpf", "偶见", "[,5]", "absent"),
        ("urine_rbc_hpf", "满视野", "(5,]", "present"),
        ("urine_rbc_hpf", "many", "(5,]", "present"),
        ("cast_rbc", "未见", "[0,0]", "absent"),
        ("cast_rbc", "偶见", "(0,]", "present"),
        ("protein_dipstick", "neg", "[0,0]", "negative"),
        ("protein_dipstick", "阴性(-)", "[0,0]", "negative"),
        ("protein_dipstick", "-", "[0,0]", "negative"),
        ("protein_dipstick", "trace", "(0,1)", "trace"),
        ("protein_dipstick", "微量", "(0,1)", "trace"),
        ("protein_dipstick", "±", "(0,1)", "indeterminate"),
        ("protein_dipstick", "+", "[1,1]", "positive"),
        ("protein_dipstick", "1+", "[1,1]", "positive"),
        ("protein_dipstick", "++", "[2,2]", "positive"),
        ("protein_dipstick", "阳性(++)", "[2,2]", "positive"),
        ("protein_dipstick", "++ (1.0 g/L)", "[2,2]", "positive"),
        ("protein_dipstick", "3+", "[3,3]", "positive"),
        ("protein_dipstick", "＋＋＋", "[3,3]", "positive"),
        ("protein_dipstick", "4+", "[4,4]", "positive"),
    ],
)
def test_words_that_count(concept, text, interval, word):
    measured = read(concept, string=text)
    assert (measured.quantity, measured.word) == (between(interval, UNITS.canonical(concept)), word)


SAID = {
    "positive": "阳性|弱阳性|强阳性|反应性|有反应|阳性(+)|(+)|+|＋|2+|检出|Positive|DETECTED|weakly reactive|反应性 ",
    "negative": "阴性|阴性(-)|(-)|-|非反应性|无反应性|无反应|未检出|检测不到"
    "|not detected|Target not detected|non-reactive|Nonreactive|NON REACTIVE|undetectable|Neg|低于检测下限|<检测下限",
    "indeterminate": "±|可疑|灰区|临界|可疑阳性|假阳性|equivocal|Borderline|indeterminate|+/-",
    "present": "有|Present",
    "absent": "无|absent",
    "yes": "是|Yes|true",
    "no": "否|no|False",
    "intolerance": "不耐受",
    "relapse": "复发",
    "inadequate": "inadequate response|应答不足",
    "adequate": "adequate",
}


@pytest.mark.parametrize(("text", "word"), [(text, word) for word, texts in SAID.items() for text in texts.split("|")])
def test_words(text, word):
    measured = read("hbsag", string=text)
    assert (measured.word, measured.trouble, measured.quantity) == (word, None, None)
    assert WORDS.of_text(text) == word


UNREADABLE = (
    "阳性 阴性|阳性?|阳性？|未见阳性|不是阳性|not positive|no virus detected|弱阳性(±)|核颗粒型|溶血"
    "|12,5|1,000|1.2.3|--|5-3|<<5|未做|alt 5"
)


@pytest.mark.parametrize("text", [*UNREADABLE.split("|"), "x" * 300, "\udcff"])
def test_what_contradicts_itself_or_says_nothing_is_unreadable(text):
    measured = read("hbsag", string=text)
    assert (measured.word, measured.trouble) == (None, Because.UNREADABLE)
    measured.received.encode()


@pytest.mark.parametrize(
    ("codings", "word"),
    [
        ([{"system": SNOMED, "code": "10828004"}], "positive"),
        ([{"system": "https://snomed.info/sct/", "code": "260385009"}], "negative"),
        ([{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "131194007"}], "negative"),
        ([{"system": SNOMED, "code": "77386006"}], "positive"),
        ([{"system": SNOMED, "code": "60001007"}], "negative"),
        ([{"system": "http://loinc.org", "code": "LA11882-0"}], "positive"),
        ([{"system": "http://loinc.org", "code": "LA11884-6"}], "indeterminate"),
        ([{"system": "http://loinc.org", "code": "LA26683-5"}], "negative"),
        ([{"system": "http://terminology.hl7.org/CodeSystem/v2-0136", "code": "Y"}], "yes"),
        ([{"system": INTERPRETATION, "code": "NEG"}], "negative"),
        ([{"system": CONCEPTS, "code": "relapse"}], "relapse"),
        ([{"system": "http://local", "code": "1", "display": "阳性"}], "positive"),
        ([{"system": "http://local", "code": "7"}, {"system": SNOMED, "code": "2667000"}], "absent"),
        ([{"system": SNOMED, "code": "10828004", "display": "no virus detected?"}], "positive"),
    ],
)
def test_codes(codings, word):
    measured = read("hbsag", codings=codings)
    assert (measured.word, measured.trouble) == (word, None)


def test_a_dipstick_code_counts_in_grades_and_nowhere_else():
    code = [{"system": SNOMED, "code": "167277001", "display": "Urine protein test = +++ (finding)"}]
    assert read("protein_dipstick", codings=code, text="Urine protein test = +++ (finding)").quantity == exactly(
        "3", "{grade}"
    )
    assert read("urine_rbc_hpf", codings=code).quantity is None


def test_codes_or_a_code_and_a_text_that_contradict_are_unreadable():
    positive, negative = {"system": SNOMED, "code": "10828004"}, {"system": SNOMED, "code": "260385009"}
    assert read("hbsag", codings=[positive, negative]).trouble is Because.UNREADABLE
    assert read("hbsag", codings=[positive], text="阴性").trouble is Because.UNREADABLE
    assert WORDS.read_codings([positive, negative]).word is None


def test_an_unknown_code_is_unmapped():
    assert read("hbsag", codings=[{"system": "http://local", "code": "1"}]) == Measured(
        trouble=Because.UNMAPPED, received="1"
    )


def test_the_hospital_s_own_word_comes_first():
    asked = []

    def site(system, code, text):
        asked.append((system, code, text))
        return {("http://local", "1"): "positive", (None, None): {"2": "negative"}.get(text)}.get((system, code))

    assert (
        read("hbsag", codings=[{"system": "http://local", "code": "1", "display": "阴性"}], site=site).word
        == "positive"
    )
    assert read("hbsag", string="2", site=site).word == "negative"
    assert read("c3", integer=2, site=site) == Measured(word="negative", received="2")
    assert read("hbsag", string="阳性", site=site).word == "positive"
    assert asked[0] == ("http://local", "1", "阴性")


@pytest.mark.parametrize(
    ("codes", "texts", "flag"),
    [
        *(((code,), (), "low") for code in ("L", "LL", "LU")),
        *(((code,), (), "high") for code in ("H", "HH", "HU")),
        *(((code,), (), "positive") for code in ("POS", "DET", "RR", "WR")),
        *(((code,), (), "negative") for code in ("NEG", "ND", "NR")),
        *(((code,), (), "indeterminate") for code in ("IND", "E")),
        (("N",), (), "normal"),
        (("A",), (), None),
        (("H", "POS"), (), "positive"),
        (("H", "HH"), (), "high"),
        (("N", "NEG"), (), "negative"),
        (("H", "L"), (), None),
        (("N", "H"), (), None),
        (("POS", "NEG"), (), None),
        ((), ("↑",), "high"),
        ((), ("↓",), "low"),
        ((), ("偏高",), "high"),
        ((), ("低",), "low"),
        ((), ("H",), "high"),
        ((), ("正常",), "normal"),
        ((), ("阳性",), "positive"),
        ((), ("异常",), None),
        ((), (), None),
    ],
)
def test_the_laboratory_s_judgement(codes, texts, flag):
    codings = [{"system": INTERPRETATION, "code": code} for code in codes]
    measured = read("c3", number=Decimal(1), unit="g/L", interpretations=codings, interpretation_texts=list(texts))
    assert measured.flag == flag


@pytest.mark.parametrize(
    "system",
    ["http://terminology.hl7.org/CodeSystem/v2-0078", "http://hl7.org/fhir/v2/0078", "urn:oid:2.16.840.1.113883.5.83"],
)
def test_old_systems_of_interpretation(system):
    assert WORDS.flag_of([{"system": system, "code": "H"}], None) == "high"


def test_an_arrow_behind_a_number_is_a_judgement():
    measured = read("c3", string="52mg/dL↓")
    assert (measured.quantity, measured.flag) == (exactly("0.52", "g/L"), "low")


def test_a_judgement_without_a_value_is_a_result():
    assert read("anti_dsdna", interpretations=[{"system": INTERPRETATION, "code": "POS"}]) == Measured(flag="positive")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "text,word,system,code,unit,value,source\n好,positiv,,,,,\n",
            r'line 2: no word "positiv"\. Did you mean "positive"\?',
        ),
        ("text,word,system,code,unit,value,source\n好,positive,http://x,1,,,\n", "line 2: a row names either"),
        ("text,word,system,code,unit,value,source\n好,positive,,,,about 3,\n", 'line 2: "about 3" is not a number'),
        ("text,word,system,code,unit,valu,source\n", 'no column "value". Did you mean "valu"'),
        ("text,word,system,code,unit,value,source\n,positive,s,1,,,\n,negative,s,1,,,\n", 'line 3: code "1" already'),
    ],
)
def test_a_damaged_vocabulary_is_named_with_its_line(tmp_path, table, said):
    (tmp_path / "words.csv").write_text(table, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        Words.load(tmp_path / "words.csv")


def test_every_text_and_code_of_the_vocabulary_reads_as_its_own_word():
    for row in csv.DictReader((MAPPINGS / "words.csv").open(encoding="utf-8")):
        wording = WORDS.read_codings([row]) if row["code"] else WORDS.read(row["text"], row["unit"])
        if row["word"] == "unclear":
            assert wording.contradictory, row
        elif row["word"] in {"low", "high", "normal"}:
            assert wording.flag == row["word"], row
        elif row["word"][0] not in "<>":
            assert wording.word == row["word"], row
