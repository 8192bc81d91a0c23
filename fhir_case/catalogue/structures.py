"""Codes of structure definitions, operations, guides and maps as data."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "definition-base", "The base of a structure cannot be used",
        (
            "baseDefinition names the structure this one is based on; it is not known here, is broken, or is "
            "experimental."
        ),
        fix="Correct the canonical, or give the package that has it.",
        link=R4 + "structuredefinition.html", type="not-found",
    ),
    Code(
        "definition-derivation", "How it is derived is not said",
        "A structure with a base is a constraint of it, or a specialization.",
        fix="Add derivation.",
        link=R4 + "structuredefinition.html", type="required",
    ),
    Code(
        "definition-kind", "Another kind than its base",
        "A structure is of the kind of its base: a resource, a data type, a primitive, a logical model.",
        fix="Use the kind of the base.",
        link=R4 + "structuredefinition.html", type="business-rule",
    ),
    Code(
        "definition-type", "A type that does not fit",
        (
            "A constraint has the type of its base; a specialization has one of its own, with a namespace "
            "unless it is one of FHIR's."
        ),
        fix="Correct type or derivation.",
        link=R4 + "structuredefinition.html", type="business-rule",
    ),
    Code(
        "definition-snapshot", "No snapshot can be made",
        "What the differential says contradicts the base, or names elements that the base does not have.",
        fix="Correct the element that the message names.",
        link=R4 + "profiling.html#snapshot", type="exception",
    ),
    Code(
        "definition-path", "A path that is not of the type",
        "The paths of elements begin with the type of the structure.",
        fix="Begin the path with the type.",
        link=R4 + "elementdefinition.html", type="structure",
    ),
    Code(
        "definition-element", "An element that says too much or too little",
        (
            "Elements of a type have a definition, cardinality and types; those of a profile cannot say what "
            "only the type can."
        ),
        fix="Add or leave out what is named.",
        link=R4 + "elementdefinition.html", type="business-rule",
    ),
    Code(
        "definition-narrowing", "Wider than its base",
        "A profile may only narrow: fewer types, a higher minimum, a lower maximum, a stronger binding.",
        fix="Stay within what the base allows.",
        link=R4 + "profiling.html#cardinality", type="business-rule",
    ),
    Code(
        "definition-value", "A value that the element cannot have",
        "Fixed values, patterns and defaults are of a type of the element, and agree with those of the base.",
        fix="Use a type and a value that the element can have.",
        link=R4 + "elementdefinition.html", type="business-rule",
    ),
    Code(
        "definition-binding", "A binding that does not fit",
        "The value set of a binding is not known here, is none, or holds for more types than was meant.",
        fix="Correct the canonical.",
        link=R4 + "elementdefinition.html#ElementDefinition.binding", type="business-rule",
    ),
    Code(
        "definition-constraint", "A constraint that is not right",
        "An invariant has a key of its own and a FHIRPath expression on the element it stands on.",
        fix="Correct the key or the expression.",
        link=R4 + "elementdefinition.html#ElementDefinition.constraint", type="invalid",
    ),
    Code(
        "definition-context", "A context of an extension that is not right",
        (
            "An extension says where it may stand: an element of R4, an extension, or a FHIRPath expression; "
            "other definitions have no context."
        ),
        fix="Correct the context.",
        link=R4 + "defining-extensions.html#context", type="business-rule",
    ),
    Code(
        "definition-extension-url", "An extension whose url is another one",
        "Extension.url in the definition of an extension is fixed to the definition's own url.",
        fix="Fix it to the url of the definition.",
        link=R4 + "defining-extensions.html", type="business-rule",
    ),
    Code(
        "definition-slicing", "A slicing that does not work",
        (
            "Only what repeats or has several types is sliced, and slices say no other things of it than what"
            " they belong to."
        ),
        fix="Correct or leave out the slicing.",
        link=R4 + "profiling.html#slicing", type="business-rule",
    ),
    Code(
        "definition-discriminator", "A discriminator that does not work",
        "The path of a discriminator is simple FHIRPath that leads to an element of what is sliced.",
        fix="Correct the path.",
        link=R4 + "profiling.html#discriminator", type="invalid",
    ),
    Code(
        "definition-type-profile", "A profile of the wrong type",
        (
            "The profile of an element's type is of that type; the profile of an extension is for a modifier "
            "where the element is one."
        ),
        fix="Name a profile of that type.",
        link=R4 + "elementdefinition.html#ElementDefinition.type", type="business-rule",
    ),
    Code(
        "definition-type-target", "A target that nothing can refer to",
        "targetProfile belongs to references and canonicals, and names a resource, or a profile of one.",
        fix="Correct the canonical, or leave it out.",
        link=R4 + "elementdefinition.html#ElementDefinition.type", type="business-rule",
    ),
    Code(
        "definition-operation-parameter", "A parameter unlike that of the profile",
        "The parameters of an operation agree with those of the profiles of its input and output.",
        fix="Make both say the same.",
        link=R4 + "operationdefinition.html", type="business-rule",
    ),
    Code(
        "definition-operation-profile", "A profile of parameters that does not fit",
        "inputProfile and outputProfile are profiles of Parameters, with the parameters of the operation.",
        fix="Correct the canonical or the parameters.",
        link=R4 + "operationdefinition.html", type="business-rule",
    ),
    Code(
        "definition-guide", "A guide that says too little",
        (
            "An implementation guide says for which version of FHIR it is, and on what packages it depends, "
            "by name and version."
        ),
        fix="Add or correct what is named.",
        link=R4 + "implementationguide.html", type="business-rule",
    ),
    Code(
        "definition-map-context", "A rule about something that is not there",
        (
            "The source and target of a rule of a StructureMap name an input of the group, or a variable of a"
            " rule around it."
        ),
        fix="Correct the name.",
        link=R4 + "structuremap.html", type="not-found",
    ),
    Code(
        "definition-map-call", "A call in a map that cannot work",
        (
            "A rule of a StructureMap calls a group, or a transform, that is not there, or gives it other parameters than it"
            " takes."
        ),
        fix="Call it as it is defined.",
        link=R4 + "structuremap.html#transform", type="business-rule",
    ),
    Code(
        "definition-map-name", "A name in a map that cannot be used",
        "Groups, inputs, rules and variables of a StructureMap are named with letters and digits, a letter first.",
        fix="Rename it.",
        link=R4 + "structuremap.html", type="invalid",
    ),
    Code(
        "definition-map-group", "A name that stands twice in a map",
        "Groups of a StructureMap, and the inputs of a group, each have a name of their own.",
        fix="Rename one.",
        link=R4 + "structuremap.html", type="duplicate",
    ),
)  # fmt: skip
