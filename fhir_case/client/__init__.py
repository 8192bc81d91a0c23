"""FHIR over HTTP, knowing nothing of cases: steps that decide and do no I/O, and two drivers that run them."""
