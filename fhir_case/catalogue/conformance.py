"""Codes of definitions: packages, and profiles, value sets and measures as data."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

NPM = "https://confluence.hl7.org/display/FHIR/NPM+Package+Specification"

CODES = (
    Code(
        "definition-unreadable", "A file of a package that cannot be read",
        "It is no JSON, or no resource. The rest of the package is used.",
        fix="Tell who publishes the package.",
        link=R4 + "packages.html", kind="definition", type="structure",
    ),
    Code(
        "definition-unusable", "A definition that cannot be used",
        "It lacks what a definition needs (its url, for example), or is of no kind that can be used here.",
        fix="Correct it, or leave it out.",
        link=R4 + "conformance-module.html", kind="definition", type="structure",
    ),
    Code(
        "package-missing", "A package that is needed and not here",
        "A package depends on it. What it would have brought is missing: profiles may be unknown, codes undecided.",
        fix="Add it: fhir-case package add NAME@VERSION.",
        link=NPM, kind="undecided", type="not-found",
    ),
    Code(
        "package-version", "A version of a package that is not here",
        "No version that the demand allows is here or on the registry.",
        fix="Name another version.",
        link=NPM, kind="undecided", type="not-found",
    ),
    Code(
        "package-fhir-version", "A package for another version of FHIR",
        "The package is not for R4 (4.0.x). Its definitions are used, and may not fit.",
        fix="Use the package that its publisher made for R4.",
        link=NPM, kind="definition", type="not-supported",
    ),
    Code(
        "definition-code-duplicate", "A code that two concepts have",
        "In a code system each code stands for one concept, at whatever depth.",
        fix="Give one another code, or join the two.",
        link=R4 + "codesystem.html", type="duplicate",
    ),
    Code(
        "definition-content", "Content that is not what it is said to be",
        "CodeSystem.content says whether all, some or none of the concepts are here, and something else is here.",
        fix="Correct content.",
        link=R4 + "codesystem-definitions.html#CodeSystem.content", type="business-rule",
    ),
    Code(
        "definition-count", "Not as many concepts as stated",
        "CodeSystem.count is the number of concepts of the whole code system.",
        fix="Correct count, or leave it out.",
        link=R4 + "codesystem-definitions.html#CodeSystem.count", type="business-rule",
    ),
    Code(
        "definition-incomplete", "A definition that leaves something open",
        (
            "What is not said has to be guessed by everybody who uses the code system: whether case matters, "
            "what it means that concepts stand in one another."
        ),
        fix="Say it.",
        link=R4 + "codesystem.html", type="incomplete",
    ),
    Code(
        "definition-designation", "A designation that cannot be told from the display",
        "A further name of a concept has a language or a use; else it is not known what it is for.",
        fix="Give it a use or a language.",
        link=R4 + "codesystem-definitions.html#CodeSystem.concept.designation", type="business-rule",
    ),
    Code(
        "definition-supplement", "A supplement that does not fit",
        (
            "A supplement adds designations and properties to the concepts of another code system; it has no "
            "concepts of its own."
        ),
        fix="Name the code system in supplements, and keep to its codes.",
        link=R4 + "codesystem.html#supplements", type="business-rule",
    ),
    Code(
        "definition-all-codes", "Not the value set of all codes",
        "CodeSystem.valueSet names the value set of all its codes: that one, and nothing else.",
        fix="Correct the value set, or leave it out.",
        link=R4 + "codesystem-definitions.html#CodeSystem.valueSet", type="business-rule",
    ),
    Code(
        "definition-property", "A property that is not well defined",
        "Each property of a code system has a code and a uri of its own, and standard ones have their own types.",
        fix="Correct the code, the uri or the type.",
        link=R4 + "codesystem.html#properties", type="business-rule",
    ),
    Code(
        "definition-property-value", "A property with the wrong value",
        "The value is of the type the code system gives the property, and a code that it names is one of its own.",
        fix="Correct the value, or define the property.",
        link=R4 + "codesystem.html#properties", type="value",
    ),
    Code(
        "definition-include", "An include that cannot work",
        (
            "compose.include names a code system by its url (the version apart), which is neither a value set"
            " nor a supplement."
        ),
        fix="Correct the system.",
        link=R4 + "valueset.html#compositions", type="business-rule",
    ),
    Code(
        "definition-include-code", "A code that the code system does not have",
        "compose.include lists a concept that is not in its system.",
        fix="Correct the code.",
        link=R4 + "valueset.html#compositions", type="code-invalid",
    ),
    Code(
        "definition-import", "A value set that is not known",
        "compose.include imports a value set that is neither in R4 nor in the packages and files given.",
        fix="Give the package or file that has it.",
        link=R4 + "valueset.html#compositions", type="not-found",
    ),
    Code(
        "definition-filter", "A filter that cannot work",
        (
            "A filter names a property of the code system, an operator that the property allows, and a value "
            "of its type."
        ),
        fix="Correct what is named.",
        link=R4 + "valueset.html#filters", type="business-rule",
    ),
    Code(
        "definition-parameter", "A parameter of a value set that is not right",
        "Expressions in a value set are FHIRPath and use the parameters that it declares; what it declares is used.",
        fix="Correct the name or the expression.",
        link=R4 + "valueset.html", type="business-rule",
    ),
    Code(
        "definition-map-code", "A mapped code that is not there",
        "ConceptMap maps a code that its code system, or the value set it is limited to, does not have.",
        fix="Correct the code.",
        link=R4 + "conceptmap.html", type="code-invalid",
    ),
    Code(
        "definition-map-display", "A mapped display that is not the code's",
        "The display beside a code of a ConceptMap is not one of the code's.",
        fix="Use the display of the code, or leave it out.",
        link=R4 + "conceptmap.html", type="code-invalid",
    ),
    Code(
        "definition-map-repeated", "Mapped twice",
        "A ConceptMap maps one code to the same other code twice.",
        fix="Keep one.",
        link=R4 + "conceptmap.html", type="duplicate",
    ),
    Code(
        "definition-map-scope", "What a map is between is not known",
        (
            "The codes of a ConceptMap could not be checked: a code system or value set is missing, is not "
            "known here, or is not here with all its codes."
        ),
        fix="Name it, or give the package that has it.",
        link=R4 + "conceptmap.html", type="not-found",
    ),
    Code(
        "definition-search-expression", "An expression of a search parameter that is none",
        "SearchParameter.expression is FHIRPath on the types in base.",
        fix="Correct it.",
        link=R4 + "searchparameter.html", type="invalid",
    ),
    Code(
        "definition-search-components", "A composite of fewer than two",
        "A composite search parameter joins at least two others.",
        fix="Add the components.",
        link=R4 + "searchparameter.html", type="required",
    ),
    Code(
        "definition-search-origin", "Not what it is derived from",
        "A search parameter that is derived from another one has its type, and its base types or fewer.",
        fix="Follow the other one, or do not name it.",
        link=R4 + "searchparameter-definitions.html#SearchParameter.derivedFrom", type="business-rule",
    ),
    Code(
        "definition-search-type", "A search parameter of another type",
        "A CapabilityStatement says a type of search parameter that its definition does not have.",
        fix="Use the type of the definition.",
        link=R4 + "capabilitystatement.html", type="business-rule",
    ),
    Code(
        "definition-order", "Elements in another order than the snapshot's",
        "The elements of a differential stand in the order of the base: what comes first there comes first here.",
        fix="Move the element.",
        link=R4 + "profiling.html#snapshot", type="structure",
    ),
    Code(
        "definition-publisher", "Not the publisher that HL7 names",
        (
            "Definitions of HL7 say which work group owns them (structuredefinition-wg), and name it as publisher: "
            "HL7 International / and its name."
        ),
        fix="Write the publisher as the message says.",
        link=R4 + "extension-structuredefinition-wg.html", type="business-rule",
    ),
    Code(
        "definition-map-element", "A map that names an element that is not there",
        "A rule of a StructureMap names an element that the type it stands on does not have.",
        fix="Correct the name.",
        link=R4 + "structuremap.html", type="invalid",
    ),
)  # fmt: skip
