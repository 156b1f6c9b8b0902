"""Codelists are read with care: a fault names the file, the line and the nearest right word."""

from pathlib import Path

import pytest

from adapter.errors import StudyError
from adapter.places import folder
from adapter.study.codelists import load_codelists

SHARED = folder("mappings") / "codelists"


def hospital(tmp_path: Path, codes: str, systems: str = "") -> Path:
    (tmp_path / "codes.csv").write_text(codes, encoding="utf-8")
    if systems:
        (tmp_path / "systems.csv").write_text(systems, encoding="utf-8")
    return tmp_path


HEADER = "system,code,text,concept,unit,value\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (HEADER + "s,c,,creatinin,,\n", 'codes.csv, line 2: no concept "creatinin". Did you mean "creatinine"?'),
        (HEADER + "s,c,,sledai.artritis,,\n", 'Did you mean "sledai.arthritis"?'),
        (HEADER + "s,c,,hbsag,,positve\n", 'line 2: no value "positve". Did you mean "positive"?'),
        (HEADER + "s,,,creatinine,,\n", "line 2: neither a code nor a text"),
        (HEADER + "s,c,,creatinine,,,,\n", "line 2: more cells than columns"),
        ("system,code\ns,c\n", "those of no table"),
        ("system;code;text;concept\ns;c;;creatinine\n", "codes.csv: no commas in its first line"),
        (HEADER + "s,1.23E+11,,creatinine,,\n", 'line 2: Excel has rewritten the code "1.23E+11"'),
        (
            HEADER + "s,1,,c3,g/L,\ns,1,,c3,,\nS,１,,c3,mg/dL,\n",
            'line 4: "１" of c3 has the unit "mg/dL" here and "g/L" in line 2. Keep one of the two.',
        ),
        (HEADER + ",,阳性(1),hbsag,,positive\n,,阳性（1）,hbsag,,negative\n", 'here and "positive" in line 2'),
        (HEADER + "r,1,,,,positive\nr,1,,,,negative\n", 'line 3: "1" has the value "negative" here'),
        ("", "those of no table"),
    ],
)
def test_a_fault_names_file_line_and_the_nearest_right_word(tmp_path, rows, said):
    with pytest.raises(StudyError) as error:
        load_codelists([SHARED], hospital(tmp_path, rows))
    assert said in str(error.value)


def test_a_fault_in_the_systems_names_the_nearest_right_word(tmp_path):
    with pytest.raises(StudyError, match=r'systems.csv, line 2: no system "icd-10-chna".*icd-10-china'):
        load_codelists([SHARED], hospital(tmp_path, HEADER, "system,means\nhttp://x,icd-10-chna\n"))


def test_a_table_that_is_not_utf8_is_refused_by_name(tmp_path):
    (tmp_path / "codes.csv").write_bytes((HEADER + ",,肌酐,creatinine,,\n").encode("gbk"))
    with pytest.raises(StudyError, match=r"codes.csv: not UTF-8"):
        load_codelists([SHARED], tmp_path)


def test_a_hospital_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no such hospital folder"):
        load_codelists([SHARED], tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["sledai_total", "泼尼松", "Rituximab", "drug.rituximab", "tcm_immunosuppressive_configurable"]
)
def test_a_hospital_may_write_any_name_of_a_concept(tmp_path, name):
    assert load_codelists([SHARED], hospital(tmp_path, HEADER + f"s,c,,{name},,\n")).site


@pytest.mark.parametrize(
    "table",
    [
        HEADER + "s,1,,c3,g/L,\n",
        "\ufeff" + HEADER.replace(",", " , ") + " s , 1 ,, c3 , g/L ,\n",
        (HEADER + "s,1,,c3,g/L,\n\n,,,,,\n").replace("\n", "\r\n"),
        "System,Code,Text,Concept\ns,1,,C3\n",
        HEADER + "s,1,,c3,g/L,\n" * 2 + "r,1,,hbsag,,positive\nr,1,,anti_hcv,,negative\nr,1,,,,present\n",
    ],
)
def test_a_table_may_come_from_any_program(tmp_path, table):
    (tmp_path / "codes.csv").write_bytes(table.encode())
    lists = load_codelists([SHARED], tmp_path)
    assert {(line["system"], line["code"], line["concept"].casefold()) for line in lists.site} == {("s", "1", "c3")}
