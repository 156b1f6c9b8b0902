"""How pieces of FHIR lie in bytes: lines of NDJSON, and the entries of a Bundle."""
