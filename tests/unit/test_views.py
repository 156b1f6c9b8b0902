"""Views: how selects become rows, what is refused, and the views that the adapter ships."""

import pytest

from adapter.errors import ViewError
from adapter.facts.views import URL, compile_view, run

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "name": [{"family": "A", "given": ["x", "y"]}, {"family": "B"}],
    "telecom": [{"value": "1"}, {"value": "2"}],
}
OTHER = {"resourceType": "Patient", "id": "p2"}


def column(name, path=None, **more):
    return {"name": name, "path": path or name, **more}


def select(*names, **more):
    columns = [column(*name) if isinstance(name, tuple) else column(name) for name in names]
    return more | ({"column": columns} if columns else {})


def view(*selects, **more):
    return {"resource": "Patient", "select": list(selects), **more}


def rows(*selects, resources=(PATIENT, OTHER), **more):
    return [tuple(row.values()) for row in run(view(*selects, **more), resources)]


FAMILY = {"forEach": "name"}
INDEX = ("i", "%rowIndex")


@pytest.mark.parametrize(
    ("selects", "expected"),
    [
        ([select("id", "active")], [("p1", True), ("p2", None)]),
        ([select("id"), select("family", **FAMILY)], [("p1", "A"), ("p1", "B")]),
        ([select("id"), select("family", forEachOrNull="name")], [("p1", "A"), ("p1", "B"), ("p2", None)]),
        (
            [select("family", **FAMILY), select("value", forEach="telecom")],
            [("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")],
        ),
        ([select("id", select=[select("family", **FAMILY)])], [("p1", "A"), ("p1", "B")]),
        (
            [select("family", INDEX, select=[select(("g", "$this"), ("j", "%rowIndex"), forEach="given")], **FAMILY)],
            [("A", 0, "x", 0), ("A", 0, "y", 1)],
        ),
        ([select("id", INDEX)], [("p1", 0), ("p2", 0)]),
        ([select(INDEX, "family", forEachOrNull="name")], [(0, "A"), (1, "B"), (0, None)]),
        (
            [select(unionAll=[select(("v", "family"), **FAMILY), select(("v", "value"), forEach="telecom")])],
            [("A",), ("B",), ("1",), ("2",)],
        ),
        (
            [select(INDEX, unionAll=[select(("v", "$this"), forEach="given"), select(("v", "family"))], **FAMILY)],
            [(0, "x"), (0, "y"), (0, "A"), (1, "B")],
        ),
    ],
)
def test_selects_become_rows(selects, expected):
    assert rows(*selects) == expected


def test_columns_keep_their_order_own_first_then_selects_then_union():
    nested = select("a", select=[select("c")], unionAll=[select("e")])
    shuffled = dict(reversed(nested.items()))
    compiled = compile_view(view(shuffled, select("b")))
    assert compiled.columns == ("a", "c", "e", "b")
    assert [tuple(row) for row in compiled.rows(OTHER)] == [compiled.columns]


def test_repeat_walks_items_and_answers_in_order():
    item = {"linkId": "1", "answer": [{"item": [{"linkId": "1.1"}]}], "item": [{"linkId": "1.2"}]}
    resource = {"resourceType": "Patient", "item": [item, {"linkId": "2"}, "odd"]}
    walk = select(INDEX, "linkId", repeat=["item", "answer.item"])
    assert rows(walk, resources=[resource]) == [(0, "1"), (1, "1.2"), (2, "1.1"), (3, "2")]
    assert rows(select("id", repeat=["$this"])) == []


def test_repeat_walks_deeper_than_python_recurses():
    resource = {}
    for _ in range(5000):
        resource = {"item": [resource]}
    assert len(rows(select(INDEX, repeat=["item"]), resources=[resource | {"resourceType": "Patient"}])) == 5000


def test_a_collection_column_is_a_list_of_its_own_in_every_row():
    many = [column("n", "name", collection=True), column("l", "'a'", collection=True)]
    found = run(view({"column": many}), [PATIENT, OTHER])
    assert [row["n"] for row in found] == [PATIENT["name"], []]
    assert found[0]["l"] is not found[1]["l"]


def test_several_values_are_refused_unless_the_caller_has_an_answer():
    families = view(select("id", ("family", "name.family")))
    with pytest.raises(ViewError, match=r'select\[0\].column\[1\] "family": 2 values where one belongs'):
        run(families, [PATIENT])
    told = []
    compiled = compile_view(families, on_several=lambda at, values: told.append(values))
    assert compiled.rows(PATIENT) == [{"id": "p1", "family": None}]
    assert told == [["A", "B"]]


def test_where_keeps_what_is_true_and_refuses_what_is_not_boolean():
    assert rows(select("id"), where=[{"path": "active"}]) == [("p1",)]
    assert rows(select("id"), where=[{"path": "active"}, {"path": "name.empty()"}]) == []
    for path in ("id", "name.given"):
        with pytest.raises(ViewError, match=r"view\.where\[0\]: path .* is not boolean"):
            rows(select("id"), where=[{"path": path}])


@pytest.mark.parametrize("kind", [None, "ViewDefinition", URL])
def test_the_standard_names_a_view_in_two_ways_or_not_at_all(kind):
    assert rows(select("id"), **({"resourceType": kind} if kind else {})) == [("p1",), ("p2",)]


def test_other_resources_give_no_row():
    assert rows(select("id"), resources=[{"resourceType": "Group"}, {}, None, "Patient"]) == []


@pytest.mark.parametrize(
    ("constant", "path"),
    [
        ({"valueString": "A"}, "name.first().family = %c"),
        ({"valueInteger": 1}, "name[%c].family = 'B'"),
        ({"valueBoolean": True}, "active = %c"),
        ({"valueDecimal": 1.5}, "1.5 = %c"),
        ({"valueDate": "1980-05-03"}, "%c < @1980-06"),
        ({"valueInstant": "2020-01-01T00:00:00Z"}, "%c = @2020-01-01T01:00:00+01:00"),
        ({"valueTime": "10:00"}, "%c < @T11:00"),
    ],
)
def test_constants_of_every_kind(constant, path):
    assert rows(select(("v", path)), resources=[PATIENT], constant=[{"name": "c", **constant}]) == [(True,)]


OK = select("id")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([], "view: must be an object"),
        ({}, "view: `resource` is missing"),
        ({"select": [OK]}, "`resource` is missing"),
        ({"resource": "Patient", "name": "mine"}, 'view "mine": `select` is missing or empty'),
        (view(), "`select` is missing or empty"),
        (view(OK, resourceType="Patient"), "resourceType is 'Patient'"),
        (view("id"), "view.select: must be a list of objects"),
        (view({}), r"select\[0\]: selects nothing"),
        (view({"colum": []}), '"colum" has no meaning here.*Did you mean "column"'),
        (view(select("id", where=[])), '"where" has no meaning here'),
        (view({"column": [{"path": "id"}]}), "`name` is None"),
        (view(select(("a b", "id"))), "`name` is 'a b'"),
        (view({"column": [{"name": "id"}]}), r'column\[0\] "id".path: must be a FHIRPath expression'),
        (view({"column": [column("id", collection="yes")]}), "`collection` must be true or false"),
        (view({"column": [column("id", pth="id")]}), 'Did you mean "path"'),
        (view(select("id", forEach=1)), "forEach: must be a FHIRPath expression, not 1"),
        (view(select("id", forEach="@@")), "cannot stand here"),
        (view(select("id", repeat="item")), r"repeat: must be a list of paths"),
        (view(select("id", forEach="a", repeat=["b"])), "forEach and repeat exclude each other"),
        (view(select(unionAll=[])), "unionAll: is empty"),
        (view(select(unionAll=[select("a", "b"), select("b", "a")])), r"unionAll\[1\]: has the columns b, a"),
        (view(select(unionAll=[select("a"), select("a", "b")])), "the first has a. Align"),
        (view(OK, OK), "the column name id is given twice"),
        (view(OK, where=[{}]), r"where\[0\].path: must be a FHIRPath expression"),
        (view(OK, constant=[{"name": "c"}]), "has 0 values"),
        (view(OK, constant=[{"name": "c", "valueCode": "a", "valueId": "a"}]), "has 2 values"),
        (view(OK, constant=[{"name": "c", "valueStrin": "a"}]), 'Did you mean "valueString"'),
        (view(OK, constant=[{"name": "c", "valueString": ["a"]}]), "must be a single value"),
        (view(OK, constant=[{"name": "c", "valueCode": "a"}] * 2), "the constant c is taken"),
        (view(select(("a", "%c"))), "the constant %c is not defined"),
    ],
)
def test_an_invalid_view_is_refused_with_its_place(bad, says):
    with pytest.raises(ViewError, match=says):
        compile_view(bad)
