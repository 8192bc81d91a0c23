"""Codes of profiles: types, slices, extensions."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "type-not-allowed", "A type that the profile does not allow here",
        "The base type allows several types for the element, and the profile fewer.",
        '"valueString": "70 kg"', '"valueQuantity": {"value": 70, "unit": "kg"}',
        fix="Use one of the types named.",
        link=R4 + "profiling.html#cardinality", type="structure",
    ),
    Code(
        "profile-unknown", "A profile that is not known here",
        (
            "meta.profile, or a type in a definition, names a profile that is neither in R4 nor in the "
            "packages and files given. The resource was checked against everything else."
        ),
        fix="Give the package or file that has it (--package, --definitions), or correct the url.",
        link=R4 + "profiling.html", type="not-found",
    ),
    Code(
        "profile-not-matched", "None of the profiles that would do",
        (
            "The element must meet one of several profiles, and meets none; the message says what the nearest"
            " one misses."
        ),
        fix="Correct what the nearest profile misses.",
        link=R4 + "profiling.html", type="invalid",
    ),
    Code(
        "profile-type", "A profile of another type",
        "The profile is one of another resource type than the resource that claims it.",
        '{"resourceType": "Patient", "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/bp"]}}',
        '{"resourceType": "Patient"}',
        fix="Remove the claim, or name the profile that was meant.",
        link=R4 + "profiling.html", type="invalid",
    ),
    Code(
        "profile-broken", "A profile that cannot be used",
        (
            "The definition contradicts itself or its base, so that nothing can be checked against it. The "
            "data is not to blame."
        ),
        fix="Tell who publishes the profile.",
        link=R4 + "profiling.html", kind="definition", type="exception",
    ),
    Code(
        "slice-missing", "A slice is missing",
        (
            "The profile sorts the items of the list into slices, and demands more of this slice than there "
            "are. The message says which item came nearest, and why it does not count."
        ),
        fix="Add an item that meets the slice, or correct the one that nearly does.",
        link=R4 + "profiling.html#slicing", type="required",
    ),
    Code(
        "slice-too-many", "Too many of a slice",
        "More items of the list fall into this slice than the profile allows.",
        fix="Keep as many as are allowed.",
        link=R4 + "profiling.html#slicing", type="structure",
    ),
    Code(
        "slice-closed", "An item that fits no slice",
        "The slicing is closed: every item must fall into one of the slices.",
        fix="Make it fit a slice, or leave it out.",
        link=R4 + "profiling.html#slicing", type="structure",
    ),
    Code(
        "slice-order", "Slices in the wrong order",
        "The slicing is ordered: items stand in the order in which the profile lists their slices.",
        fix="Change the order.",
        link=R4 + "profiling.html#slicing", type="structure",
    ),
    Code(
        "slice-undecided", "Which slice it is could not be decided",
        (
            "What tells the slices apart cannot be looked at here: a reference that leads outside, or a code "
            "of a system whose content is not here."
        ),
        fix="Give what is missing: the packages, the resources in one Bundle, or a terminology server.",
        link=R4 + "profiling.html#discriminator", kind="undecided", type="not-supported",
    ),
    Code(
        "extension-unknown", "An extension that is not known",
        (
            "The definition of the extension is neither in R4 nor in the packages and files given. As a "
            "modifier it changes the meaning of what it stands on, so it must be known; elsewhere the setting"
            " unknown_extensions decides."
        ),
        fix="Give the package that defines it, correct the url, or allow its domain (extension_domains).",
        link=R4 + "extensibility.html", type="extension",
    ),
    Code(
        "extension-context", "An extension in the wrong place",
        "Its definition says on which elements it may stand; this is none of them.",
        (
            '{"resourceType": "Observation", "extension": [{"url": '
            '"http://hl7.org/fhir/StructureDefinition/patient-birthPlace", …}]}'
        ),
        (
            '{"resourceType": "Patient", "extension": [{"url": '
            '"http://hl7.org/fhir/StructureDefinition/patient-birthPlace", …}]}'
        ),
        fix="Move it to where it belongs.",
        link=R4 + "defining-extensions.html#context", type="extension",
    ),
    Code(
        "extension-value", "An extension with the wrong value",
        (
            "An extension has either a value or extensions within it (ext-1), and the value is of a type that"
            " its definition allows."
        ),
        '{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueString": "unknown"}',
        '{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}',
        fix="Use a value of the type named.",
        link=R4 + "extensibility.html#extension", type="extension",
    ),
    Code(
        "extension-version", "A version in the url of an extension",
        "The url of an extension says which one it is, without a version: all versions of an extension mean the same.",
        '{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace|4.0.1", "valueAddress": {"city": "Ghent"}}',
        '{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "Ghent"}}',
        fix="Leave out | and what follows.",
        link=R4 + "extensibility.html#Extension", type="extension",
    ),
    Code(
        "extension-modifier", "An extension that is a modifier, or is none",
        "What changes the meaning of an element stands in modifierExtension, and nothing else does.",
        '"extension": [{"url": "…/condition-refuted", …}]',
        '"modifierExtension": [{"url": "…/condition-refuted", …}]',
        fix="Move it to the other list.",
        link=R4 + "extensibility.html#modifierExtension", type="extension",
    ),
)  # fmt: skip
