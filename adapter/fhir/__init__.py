"""The FHIR protocol over HTTP: it knows no study, and it believes nothing that a server says about addresses."""
