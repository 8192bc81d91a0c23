"""The words that mappings are written in: mappings, the field kinds, code tables.

DIAGNOSIS = Mapping(
    Diagnosis, "Condition",
    concept("code", "code"),                 # the item's `code` is the element `code`, both ways
    each(concept("sites", "bodySite")),      # a list: one entry each
    when("onset", "onset[x]", …),            # a choice element, all its types
)
"""

from fhir_case.lens.coded import always, category, code, coding, concept
from fhir_case.lens.codes import CodeTable, codes, concepts
from fhir_case.lens.context import ITEM, Anchor, Context
from fhir_case.lens.fields import (
    DERIVATION,
    boolean,
    fixed,
    inside,
    integer,
    named,
    note,
    of_patient,
    part,
    profile,
    quotes,
    reference,
    text,
)
from fhir_case.lens.imaging import modality, side, uid
from fhir_case.lens.line import UNREAD, Line, needed
from fhir_case.lens.mapping import Mapping, Refusal
from fhir_case.lens.measured import quantity, ranges, result
from fhir_case.lens.observed import presence, sized
from fhir_case.lens.people import birth, deceased, race
from fhir_case.lens.places import CORE, each, extension, filler, first, unknown
from fhir_case.lens.source import attachment, identified
from fhir_case.lens.times import asserted, period, when
from fhir_case.lens.timings import timing

__all__ = [
    "CORE", "DERIVATION", "ITEM", "UNREAD", "Anchor", "CodeTable", "Context", "Line", "Mapping", "Refusal", "always",
    "asserted", "attachment", "birth", "boolean", "category", "code", "codes", "coding", "concept", "concepts", "deceased",
    "each", "extension", "filler", "first", "fixed", "identified", "inside", "integer", "modality", "named", "needed",
    "note", "of_patient", "part", "period", "presence", "profile", "quantity", "quotes", "race", "ranges", "reference",
    "result", "side", "sized", "text", "timing", "uid", "unknown", "when",
]  # fmt: skip
