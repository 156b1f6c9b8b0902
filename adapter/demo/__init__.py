"""The sandbox hospital: a small honest FHIR R4 server over a study's own cases."""
