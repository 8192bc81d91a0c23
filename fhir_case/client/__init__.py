"""FHIR over HTTP, knowing nothing of cases: steps that decide and do no I/O, and two drivers that run them.

What happens is told to the logger `fhir_case.client`; who wants to hear it adds a handler.
"""

import logging

logging.getLogger("fhir_case").addHandler(logging.NullHandler())
