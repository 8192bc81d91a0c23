"""The words that mappings are written in: mappings, the field kinds, code tables.

DIAGNOSIS = Mapping(
    Diagnosis, "Condition",
    concept("code", "code"),                 # the item's `code` is the element `code`, both ways
    each(concept("sites", "bodySite")),      # a list: one entry each
    when("onset", "onset[x]", …),            # a choice element, all its types
)
"""

from fhir_case.lens.coded import CONCEPT, WORDS, alone, always, category, code, coding, concept, words
from fhir_case.lens.codes import CodeTable, codes, concepts
from fhir_case.lens.components import TIME, components, said, said_as, several, size
from fhir_case.lens.context import ITEM, Anchor, Context
from fhir_case.lens.fields import (
    DERIVATION,
    TEXT,
    boolean,
    fixed,
    inside,
    integer,
    needed_for,
    note,
    numbered,
    numeral,
    of_drug,
    of_patient,
    part,
    profile,
    quotes,
    reference,
    sampled,
    text,
    truth_or_number,
)
from fhir_case.lens.genomic import CHROMOSOME, position
from fhir_case.lens.imaging import modality, side, uid
from fhir_case.lens.line import UNREAD, Line, needed
from fhir_case.lens.mapping import Mapping, Refusal
from fhir_case.lens.measured import measured_range, quantity, ranges, ratio, result
from fhir_case.lens.observed import presence
from fhir_case.lens.people import birth, deceased, race
from fhir_case.lens.places import CORE, each, extension, filler, first, unknown
from fhir_case.lens.source import attachment, cited, document, identified, json_attachment
from fhir_case.lens.times import asserted, period, when
from fhir_case.lens.timings import timing

__all__ = [
    "CHROMOSOME", "CONCEPT", "CORE", "DERIVATION", "ITEM", "TEXT", "TIME", "UNREAD", "WORDS", "Anchor", "CodeTable", "Context",
    "Line", "Mapping", "Refusal", "alone", "always", "asserted", "attachment", "birth", "boolean", "category",
    "cited", "code", "codes", "coding", "components", "concept", "concepts", "deceased", "document", "each",
    "extension", "filler", "first", "fixed", "identified", "inside", "integer", "json_attachment", "measured_range",
    "modality", "needed", "needed_for", "note", "numbered", "numeral", "of_drug", "of_patient", "part", "period",
    "position", "presence", "profile", "quantity", "quotes", "race", "ranges", "ratio", "reference", "result", "said",
    "said_as", "sampled", "several", "side", "size", "text", "timing", "truth_or_number", "uid", "unknown", "when",
    "words",
]  # fmt: skip
