"""Codes of JSON and of the structure of resources: what is there, how often, and in what shape."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "json-syntax", "Not JSON",
        (
            "The text breaks the rules of JSON. Small faults (a comment, a missing comma, a word without "
            "quotes) are told and the reading goes on; where the text can no longer be understood, it ends."
        ),
        '{"active": true "gender": "male"}', '{"active": true, "gender": "male"}',
        fix="Write the file with a program that writes JSON, or correct the place named.",
        link=R4 + "json.html", type="structure",
    ),
    Code(
        "json-duplicate-key", "A key that stands twice in one object",
        (
            "Readers of JSON keep the first or the last of two equal keys, without a word; what the sender "
            "meant is lost. Here the last one counts."
        ),
        '{"gender": "male", "gender": "female"}', '{"gender": "female"}',
        fix="Rename one, or join the two into one list.",
        link=R4 + "json.html", type="structure",
    ),
    Code(
        "resource-type-missing", "No resourceType",
        "Every resource in JSON names its type; without it nobody can tell what the object is.",
        '{"name": [{"family": "Chalmers"}]}', '{"resourceType": "Patient", "name": [{"family": "Chalmers"}]}',
        fix="Add resourceType.",
        link=R4 + "json.html#resources", type="structure",
    ),
    Code(
        "type-unknown", "No such type",
        "R4 has no resource or data type of this name. It may be misspelt, or one of another version of FHIR.",
        '"resourceType": "Pateint"', '"resourceType": "Patient"',
        fix="Use a type of R4.",
        link=R4 + "resourcelist.html", type="structure",
    ),
    Code(
        "element-unknown", "No such element",
        (
            "The type has no element of this name. FHIR has no room for elements of one's own: that is what "
            "extensions are for."
        ),
        '{"resourceType": "Patient", "birthdate": "1970-03-30"}',
        '{"resourceType": "Patient", "birthDate": "1970-03-30"}',
        fix="Correct the name, or make it an extension.",
        link=R4 + "json.html", type="structure",
    ),
    Code(
        "element-missing", "An element is missing",
        (
            "The type or a profile demands the element, and it is not there, or fewer times than demanded. "
            "An element with nothing but a data-absent-reason (`_status`) counts as there."
        ),
        '{"resourceType": "Observation", "code": {"text": "Weight"}}',
        '{"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}}',
        fix="Add it; where the value is not known, some profiles allow the extension data-absent-reason.",
        link=R4 + "conformance-rules.html#cardinality", type="required",
    ),
    Code(
        "element-too-many", "An element is there too often",
        "The type or a profile limits how often the element may be there; a limit of 0 rules it out.",
        '"gender": ["male", "female"]', '"gender": "male"',
        fix="Keep as many as are allowed.",
        link=R4 + "conformance-rules.html#cardinality", type="structure",
    ),
    Code(
        "element-type", "The wrong kind of JSON value",
        (
            "Elements are written as their type demands: an object, a list, a string, a number or true and "
            "false. What may repeat is always a list, even with one item; what may not never is one."
        ),
        '{"resourceType": "Patient", "name": {"family": "Chalmers"}}',
        '{"resourceType": "Patient", "name": [{"family": "Chalmers"}]}',
        fix="Write the value in the form that is named.",
        link=R4 + "json.html", type="structure",
    ),
    Code(
        "element-empty", "An element with nothing in it",
        (
            "Empty objects, lists and texts, and null, are not allowed: what has no value is left out. null "
            "stands only in lists whose twin `_x` says something at that place."
        ),
        '{"resourceType": "Patient", "name": [], "gender": ""}', '{"resourceType": "Patient"}',
        fix="Leave it out, or say why there is nothing with the extension data-absent-reason.",
        link=R4 + "json.html#null", type="structure",
    ),
    Code(
        "element-not-allowed-here", "An element that may not stand here",
        (
            "The type has the element, but not in this place: a contained resource, for example, has no "
            "meta.versionId, since it has no life of its own."
        ),
        '"contained": [{"resourceType": "Patient", "id": "p", "meta": {"versionId": "1"}}]',
        '"contained": [{"resourceType": "Patient", "id": "p"}]',
        fix="Leave it out.",
        link=R4 + "references.html#contained", type="structure",
    ),
    Code(
        "choice-several", "Several values where one belongs",
        "Of an element like value[x] only one may be there, whatever its type.",
        '{"valueString": "positive", "valueBoolean": true}', '{"valueBoolean": true}',
        fix="Keep one; what the other says may be a component, or another resource.",
        link=R4 + "formats.html#choice", type="structure",
    ),
    Code(
        "contained-unused", "A contained resource that nobody refers to",
        (
            "A contained resource exists only for what contains it, so something must refer to it with #id, "
            "or it to its container (dom-3)."
        ),
        '{"contained": [{"resourceType": "Organization", "id": "org"}]}',
        (
            '{"contained": [{"resourceType": "Organization", "id": "org"}], "managingOrganization": '
            '{"reference": "#org"}}'
        ),
        fix="Refer to it, or leave it out.",
        link=R4 + "references.html#contained", type="invariant",
    ),
    Code(
        "contained-id-twice", "Two contained resources with one id",
        "A reference #id must lead to one contained resource, so no two of a resource have the same id.",
        '{"contained": [{"resourceType": "Patient", "id": "a"}, {"resourceType": "Organization", "id": "a"}]}',
        '{"contained": [{"resourceType": "Patient", "id": "a"}, {"resourceType": "Organization", "id": "b"}]}',
        fix="Give one of them another id, and change the references that mean it.",
        link=R4 + "references.html#contained", type="duplicate",
    ),
    Code(
        "element-id-twice", "Two elements with one id",
        "The id of an element is there to be referred to within the resource, so no two elements of a resource have the same.",
        '{"name": [{"id": "a", "text": "Anna"}, {"id": "a", "text": "Anne"}]}',
        '{"name": [{"id": "a", "text": "Anna"}, {"id": "b", "text": "Anne"}]}',
        fix="Give one of them another id, or none.",
        link=R4 + "element.html#id", type="duplicate",
    ),
    Code(
        "security-label-twice", "A security label twice",
        "The security labels of a resource are a set: each stands there once.",
        '"security": [{"system": "…/v3-Confidentiality", "code": "R"}, {"system": "…/v3-Confidentiality", "code": "R"}]',
        '"security": [{"system": "…/v3-Confidentiality", "code": "R"}]',
        fix="Leave one of them out.",
        link=R4 + "resource-definitions.html#Meta.security", type="duplicate",
    ),
    Code(
        "contained-nested", "A contained resource in a contained resource",
        "Contained resources contain no others (dom-2): all stand beside each other in the outermost one.",
        '{"contained": [{"id": "a", "contained": [{"id": "b"}]}]}', '{"contained": [{"id": "a"}, {"id": "b"}]}',
        fix="Move the inner one up.",
        link=R4 + "references.html#contained", type="invariant",
    ),
    Code(
        "invariant", "A rule that holds between elements is broken",
        "Types and profiles state rules as FHIRPath expressions, each with a key (`obs-6`); this one is not met.",
        '{"start": "2021-05-01", "end": "2020-05-01"}', '{"start": "2020-05-01", "end": "2021-05-01"}',
        fix="The message says what the rule demands.",
        link=R4 + "conformance-rules.html#constraints", type="invariant",
    ),
    Code(
        "invariant-best-practice", "A recommendation is not followed",
        (
            "The specification marks some rules as best practice: a narrative in every resource, for example "
            "(dom-6). Looked at only if the setting best_practice says so."
        ),
        '{"resourceType": "Basic", "code": {"text": "x"}}',
        '{"resourceType": "Basic", "text": {"status": "generated", "div": "<div …>x</div>"}, …}',
        fix="Follow it if you can.",
        link=R4 + "best-practices.html", type="business-rule",
    ),
    Code(
        "invariant-undecided", "A rule that could not be decided",
        "The rule asks for something that is not here: the content of SNOMED CT, or a resource on a server.",
        fix="Give the packages that have it, or a terminology server.",
        link=R4 + "conformance-rules.html#constraints", kind="undecided", type="not-supported",
    ),
    Code(
        "invariant-broken", "A rule that cannot be read or run",
        (
            "The FHIRPath expression of a rule in a profile is wrong, or uses what FHIRPath does not have. "
            "The data is not to blame."
        ),
        "name.first(.exists()", "name.first().exists()",
        fix="Tell who publishes the profile.",
        link="http://hl7.org/fhirpath/N1/", kind="definition", type="exception",
    ),
    Code(
        "narrative-xhtml", "A narrative that is not the XHTML that is allowed",
        (
            "text.div is one well-formed div in the XHTML namespace with basic formatting: no scripts, forms,"
            " frames, event attributes or external style (txt-1), and with something in it (txt-2)."
        ),
        '"div": "<div><script>…</script></div>"',
        '"div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>Weight 70 kg</p></div>"',
        fix="Use the allowed elements and the namespace.",
        link=R4 + "narrative.html#xhtml", type="structure",
    ),
    Code(
        "narrative-link", "A link in a narrative that leads nowhere",
        "A link or picture that begins with # leads to an id in the same narrative, or to a contained resource.",
        '<a href="#org">', '<a href="#organization">',
        fix="Correct the id.",
        link=R4 + "narrative.html", type="not-found",
    ),
    Code(
        "narrative-sections", "A narrative without the sections that the profile demands",
        (
            "A profile can say in which languages a narrative has sections (narrative-language-control), and that each "
            "part names its source in its class (narrative-source-control)."
        ),
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>text</p></div>',
        '<div xmlns="http://www.w3.org/1999/xhtml"><div lang="en" xml:lang="en"><p class="generated">text</p></div></div>',
        fix="Put the text into sections as demanded.",
        link=R4 + "narrative.html", type="business-rule",
    ),
    Code(
        "security-html", "A text that looks like HTML",
        (
            "Strings are shown by many programs; one that holds tags may be run by a careless one. Looked at "
            "only with the setting security_checks."
        ),
        '"family": "<script>alert(1)</script>"', '"family": "Chalmers"',
        fix="Take the tags out; formatted text belongs into the narrative, or markdown.",
        link=R4 + "security.html#narrative", type="security",
    ),
    Code(
        "limit-depth", "Nested too deep",
        (
            "Objects and lists stand in one another deeper than can be read: some 300 levels. What is below was not"
            " looked at."
        ),
        fix="Real resources are not that deep; look for a program that wraps them again and again.",
        kind="unsupported", type="too-long",
    ),
    Code(
        "limit-size", "Too much of it",
        (
            "The input, or the number of its issues, is above the settings max_size or max_issues. What is "
            "beyond was not looked at, or is not listed."
        ),
        fix="Split the input, or set a higher limit.",
        kind="unsupported", type="too-long",
    ),
)  # fmt: skip
