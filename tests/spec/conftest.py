"""Every row of a module's TABLES is a case of its own."""

import pytest

from tests.spec.tables import Row, Table


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `table` and `row` every row of its module."""
    if "row" in metafunc.fixturenames:
        metafunc.parametrize(("table", "row"), [_case(t, r) for t in metafunc.module.TABLES for r in t.rows])


def _case(table: Table, row: Row) -> object:
    fails = [pytest.mark.xfail(strict=True, reason=row.fails)] if row.fails else []
    return pytest.param(table, row, id=f"{row} -> {row.answer}", marks=fails)
