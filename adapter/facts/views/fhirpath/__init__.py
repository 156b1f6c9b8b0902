"""The FHIRPath that views use, parsed once and compiled to plain closures over dicts and lists.

It covers the SQL on FHIR v2 ShareableViewDefinition subset with the experimental functions.
Odd data never raises: a step into a text yields nothing, one object where a list belongs is a list of one,
and an operation that cannot be done has no result.
"""

from adapter.facts.views.fhirpath.functions import Scope
from adapter.facts.views.fhirpath.paths import UNSURE, Path, compile_path
from adapter.facts.views.fhirpath.values import Moment

__all__ = ["UNSURE", "Moment", "Path", "Scope", "compile_path"]
