"""Flattening FHIR with SQL on FHIR v2 ViewDefinitions: a view is compiled once, then read over any resources."""

from adapter.facts.views.view import URL, CompiledView, compile_view, run

__all__ = ["URL", "CompiledView", "compile_view", "run"]
