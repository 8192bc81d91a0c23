"""Bundles to a server and home again: pure functions, and steps for `fhir_case.client.drivers`. Knows no cases."""
