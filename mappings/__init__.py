"""The mappings: which field of a case is which element of a resource. One module per family, one list per resource.

A mapping imports `fhir_case.lens` and `fhir_case.case` and no other mapping.
"""
