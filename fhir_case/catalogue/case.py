"""Codes of case files: the file, its fields, references, times and quotes."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "file-unreadable", "A file that cannot be read",
        "It is not there, or may not be read.",
        fix="Check the path and the permissions.",
        type="not-found",
    ),
    Code(
        "file-encoding", "Not UTF-8",
        "Case files are UTF-8 text.",
        fix="Save the file as UTF-8.",
        type="structure",
    ),
    Code(
        "file-too-large", "A file that is too large",
        "A case file is something a person writes.",
        fix="Keep attachments outside the case.",
        type="too-long",
    ),
    Code(
        "file-too-deep", "Nested too deep",
        "No field of a case is that deep.",
        fix="Look for a misplaced indentation or bracket.",
        type="structure",
    ),
    Code(
        "file-syntax", "Not YAML, or not JSON",
        "The file breaks the rules of its language.",
        "title: Calcinosis: a case", 'title: "Calcinosis: a case"',
        fix="The message says what was expected.",
        type="structure",
    ),
    Code(
        "file-no-case", "No case in the file",
        "A case is a mapping with at least id and title.",
        fix="Begin with fhir-case new NAME.",
        type="structure",
    ),
    Code(
        "file-documents", "Several documents in one file",
        "One file holds one case.",
        fix="Split it at the line ---.",
        type="structure",
    ),
    Code(
        "file-duplicate-key", "A key that stands twice",
        "One of the two would be lost.",
        fix="Rename one, or join the two.",
        type="duplicate",
    ),
    Code(
        "file-alias", "An alias of YAML",
        "Anchors and aliases (&, *) are not read: small files could hide huge ones.",
        fix="Write out what is meant.",
        kind="unsupported", type="not-supported",
    ),
    Code(
        "file-comment", "A comment that cuts off a value",
        "In YAML a space and # end a value that stands without quotes; what follows would be lost without a word.",
        "title: Case #1 of a man", "title: 'Case #1 of a man'",
        fix="Put the value in quotes; a comment has a space after its #.",
        type="structure",
    ),
    Code(
        "file-merge-key", "A merge key of YAML",
        "Merge keys (<<) are not read.",
        fix="Write out what is meant.",
        kind="unsupported", type="not-supported",
    ),
    Code(
        "file-tag", "A tag of YAML",
        "Tags (!) are not read: the model of the case types its values.",
        fix="Remove it.",
        kind="unsupported", type="not-supported",
    ),
    Code(
        "case-unknown-key", "No such field",
        "The section has no field of this name.",
        "diagnoses:\n  jdm:\n    cod: SNOMED …", "diagnoses:\n  jdm:\n    code: SNOMED …",
        fix="Correct the name; fhir-case schema lists all of them.",
        type="structure",
    ),
    Code(
        "case-missing-key", "A field is missing",
        "The field has no value, and the section needs it.",
        fix="Add it.",
        type="required",
    ),
    Code(
        "case-value", "Not a value of this field",
        "The field takes something else; the message says what.",
        "certainty: sure", "certainty: confirmed",
        fix="Write what is expected.",
        type="value",
    ),
    Code(
        "case-id", "Not an id",
        "Ids of items are short words: letters, digits and hyphens.",
        "big finding:", "big-finding:",
        fix="Choose another id.",
        type="value",
    ),
    Code(
        "case-duplicate-id", "An id that stands twice",
        "Every item of a case has an id of its own, whatever its section.",
        fix="Rename one.",
        type="duplicate",
    ),
    Code(
        "case-reference", "A reference to an item that is not there",
        "Items refer to one another by id.",
        "evidence: [mri-2]", "evidence: [mri]",
        fix="Correct the id, or add the item.",
        type="not-found",
    ),
    Code(
        "source-file", "The source of the case cannot be read",
        "source.file names the text that quotes are taken from; it lies beside the case.",
        fix="Correct the path, or leave it out.",
        type="not-found",
    ),
    Code(
        "case-files", "A file of the case that cannot be taken",
        "files: names, by section, the files beside the case in which large parts of it stand; none is outside its folder.",
        "files: {labs: /home/me/labs.yaml}", "files: {labs: case.labs.yaml}",
        fix="Correct the name, or give the section in the case file itself.",
        type="not-found",
    ),
    Code(
        "time-invalid", "A time that cannot be",
        "It is not written as times are, or does not exist, or contradicts another.",
        "onset: 2021-02-30", "onset: 2021-02",
        fix="Write it as YYYY-MM-DD, or as far as it is known.",
        type="value",
    ),
    Code(
        "time-circle", "Times that depend on each other in a circle",
        "A time may be relative to another item's, and this chain comes back to its beginning.",
        fix="Give one of them a date.",
        type="invariant",
    ),
    Code(
        "quote-missing", "A quote that is not in the source",
        "The sentence does not stand in the source text.",
        fix="Copy it from there, letter by letter.",
        type="not-found",
    ),
    Code(
        "quote-ambiguous", "A quote that is there more than once",
        "The sentence stands in the source several times.",
        fix="Quote more of it.",
        type="multiple-matches",
    ),
    Code(
        "quote-moved", "A quote that stands elsewhere",
        "The place given with the quote is not where it stands.",
        fix="Leave the place out.",
        type="conflict",
    ),
    Code(
        "quote-no-source", "A quote without a source",
        "The case quotes, and names no source text.",
        fix="Add source.file or source.text.",
        type="not-found",
    ),
    Code(
        "carried", "Kept verbatim",
        (
            "No mapping reads the resource, or it has a modifier that its mapping does not know: it is kept "
            "whole, and nothing of it is read."
        ),
        kind="unsupported", type="informational",
    ),
    Code(
        "reference-outside", "A reference that leads outside",
        "It points to something that is not in what was read.",
        type="informational",
    ),
    Code(
        "digits-lost", "Numbers have lost their digits",
        "They came as floats: 7.20 is 7.2 there.",
        fix="Read the JSON with fhir_case.loads.",
        link=R4 + "datatypes.html#decimal", type="value",
    ),
    Code(
        "not-json", "Not JSON",
        "The text is no JSON.",
        fix="The place is where it stops being so.",
        type="structure",
    ),
    Code(
        "not-fhir", "Not a FHIR resource",
        "A JSON object with resourceType is expected.",
        fix="Check what the file holds.",
        type="structure",
    ),
    Code(
        "not-a-bundle", "Not a Bundle",
        "A case or a Bundle is expected here.",
        fix="Put the resource into a Bundle.",
        type="structure",
    ),
    Code(
        "fhir-version", "Another version of FHIR",
        "R4 is what is read here; a resource with elements that only R5 has is told as one of R5, once.",
        fix="Convert it to R4; of Python's models use fhir.resources.R4B.",
        kind="unsupported", type="not-supported",
    ),
    Code(
        "resource-type", "No such resource type",
        "R4 has no resource type of this name.",
        fix="Correct the name.",
        type="structure",
    ),
    Code(
        "model", "A model refuses it",
        "fhir.resources finds the resource wrong.",
        type="invalid",
    ),
    Code(
        "document-timestamp", "A document without its instant",
        "A document needs the instant at which it was put together, and nothing may be invented.",
        fix="Add recorded: YYYY-MM-DDThh:mm:ssZ to the case, or build it with --recorded.",
        type="required",
    ),
    Code(
        "document-patient", "A document without a patient",
        "The International Patient Summary is about one patient, whom it holds; here he or she is elsewhere, or there is none.",
        fix="Add the patient to the case, or build a collection.",
        link="https://hl7.org/fhir/uv/ips/STU2/StructureDefinition-Bundle-uv-ips.html",
        type="required",
    ),
    Code(
        "reference-by-identifier", "A search as a reference",
        "Only a transaction may name somebody by a search (Practitioner?identifier=…); any other bundle has the identifier.",
        link="https://hl7.org/fhir/R4/references.html#logical",
        type="informational",
    ),
    Code(
        "required-unknown", "Not stated, and required",
        "The profile requires the element; it is marked as unknown with the standard's own means.",
        type="informational",
    ),
    Code(
        "profile-not-stated", "A profile requires what the case does not state",
        "The guide asked for requires the element. Nothing is made up: the resource claims the profile and lacks it.",
        fix="State it in the field named; or take a guide that does not require it.",
        type="required",
    ),
    Code(
        "profile-not-claimed", "No profile of the guide fits",
        "The guide has profiles of this type, and the resource contradicts each, or does not say which it is: it claims none.",
        type="informational",
    ),
    Code(
        "original-dropped", "Edited: an original is gone",
        "The item was edited, so what the source's FHIR said at this place no longer holds and was dropped.",
        type="informational",
    ),
    Code(
        "derived-dropped", "Edited: what was derived is gone",
        "A narrative or signature was made from what has been edited, and was dropped.",
        type="informational",
    ),
    Code(
        "possibly-stale", "Edited: this may no longer hold",
        "A conclusion or interpretation stands beside what was edited.",
        fix="Read it again.",
        type="informational",
    ),
    Code(
        "too-deep", "Nested too deep to be read or written",
        "Extensions, items or contained parts stand in one another deeper than can be handled.",
        fix="Flatten them.",
        type="too-long",
    ),
)  # fmt: skip
