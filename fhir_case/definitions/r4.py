"""FHIR R4 (4.0.1) itself, embedded in `tables/r4.bin`; `scripts/definitions/build.py` makes it.

In it, from npm hl7.fhir.r4.examples 4.0.1, which carries what R4 defines as published (https://hl7.org/fhir/R4):

- all 655 StructureDefinitions: types, resources, R4's own profiles (vital signs and its children, …), extensions,
  logical models (FiveWs, Event, …); two (example-composition, example-section-library) have a differential only;
- all 1,316 ValueSets, v2 and v3 among them. An expansion (npm hl7.fhir.r4.expansions 4.0.1) stands in those that take
  codes from a system that is not here whole (SNOMED CT, LOINC, UCUM, ISO, …), if HL7 published it complete (marked
  `valueset-unclosed` where post-coordination could add to it);
- all 1,062 CodeSystems with codes, displays, designations, hierarchy and properties;
- ConceptMaps, SearchParameters, OperationDefinitions, CompartmentDefinitions and CapabilityStatements of R4, so that
  canonicals to them resolve.

Left out: narrative, prose, mappings, publication data (see `stripping`), differentials where there is a snapshot,
incomplete expansions, and the examples: instances are not definitions, and R4's example Questionnaires, Measures and
Libraries are not part of what a validator knows.
"""

from __future__ import annotations

from functools import cache

from fhir_case.definitions.definitions import Definitions
from fhir_case.definitions.embedded import TABLES, Embedded
from fhir_case.definitions.names import PackageName

TABLE = TABLES / "r4.bin"


@cache
def r4() -> Definitions:
    """FHIR R4 itself, without packages: 8 ms the first time."""
    base = Embedded(TABLE.name, PackageName("hl7.fhir.r4.core", "4.0.1"))
    return Definitions(base, base.about)
