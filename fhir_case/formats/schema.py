"""The JSON Schema (2020-12) of a case file, from the model of the case.

The model states the long forms. A person may type shorter ones, and what YAML takes for a number where the model has
text (`birth: 2008`) is text all the same; both are added here, so that an editor marks only what `check` would.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from fhir_case.case.coded import Coding, Concept
from fhir_case.case.links import Link
from fhir_case.case.measured import Quantity, Range, Result, Size
from fhir_case.case.model import OTHER, CaseModel, NoOthers
from fhir_case.case.siblings import FILES, SECTIONS
from fhir_case.case.timing import Timing
from fhir_case.case.values import Value
from fhir_case.case.when import When
from fhir_case.formats.descriptions import descriptions
from fhir_case.json import canonical, dumps

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = "urn:fhir-case:schema:case"
"""The `$id` of the schema: whoever finds a file with it knows that it was generated."""

Schema = dict[str, Any]

VALUES: tuple[type[Value], ...] = (Coding, Concept, Link, Quantity, Range, Result, Size, Timing, When)
"""The values with a short form; each is a definition of its own."""

_DESCRIBED = {value.__name__: (value.__doc__ or "").split("\n\n")[0] for value in VALUES}
_TEXT = {"type": "string", "minLength": 1}


def schema_text(others: type[BaseModel] = NoOthers) -> str:
    """The schema as the text of a file."""
    return dumps(case_schema(others), indent=2) + "\n"


def case_schema(others: type[BaseModel] = NoOthers) -> Schema:
    """The schema of a case file: strict, with a description of every field that the model describes.

    `others` is the model of what third parties map (`Mappings.others`). https://json-schema.org/draft/2020-12
    """
    model = create_model(
        "CaseModel", __base__=CaseModel, __doc__=CaseModel.__doc__, other=(others, Field(default_factory=others))
    )
    made = model.model_json_schema(schema_generator=_Described)
    definitions = made.pop("$defs")
    if not others.model_fields:  # nothing can stand there
        del made["properties"][OTHER], definitions[others.__name__]
    for holder in definitions.values():
        holder["properties"] = {name: _with_short_form(name, held) for name, held in holder["properties"].items()}
    definitions["Source"]["properties"]["file"] = {
        **_TEXT, "description": "The file with the source's text, in the folder of the case; instead of `text`."
    }  # fmt: skip
    made["properties"][FILES] = {
        "type": "object", "propertyNames": {"enum": list(SECTIONS)}, "additionalProperties": _TEXT,
        "description": "The files beside the case in which large sections of it stand.",
    }  # fmt: skip
    values = {canonical(value.SCHEMA): value.__name__ for value in VALUES}
    closed = {name: _as_typed(held, values) for name, held in definitions.items()}
    for value in VALUES:
        parts = {key: _as_typed(held, values) for key, held in _loose(value.SCHEMA).items()}
        closed[value.__name__] = {"description": _DESCRIBED[value.__name__], **parts}
    whole = {"$schema": DIALECT, "$id": IDENTITY, "title": "A case", **_as_typed(made, values)}
    return {**whole, "$defs": dict(sorted(closed.items()))}


class _Described(GenerateJsonSchema):
    """Fields with their descriptions, and without defaults, which say nothing in a case file: what is not stated is not
    there."""

    def default_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        for name, text in descriptions(schema["cls"]).items():
            if name in made["properties"]:  # a field may be excluded from what is written
                made["properties"][name]["description"] = text
        return made


def _with_short_form(name: str, field: Schema) -> Schema:
    """The field with what may be typed instead of its list: one entry for a list of one, a text for what is one."""
    entries = field.get("items")
    if entries is None or name not in ("quotes", "notes", "name", "dosage"):
        return field
    entry = {"anyOf": [_TEXT, entries]} if name in ("quotes", "name") else entries
    single = _TEXT if name == "quotes" else entry
    about = {key: held for key, held in field.items() if key == "description"}
    return {**about, "anyOf": [single, {"type": "array", "items": entry}]}


def _as_typed(schema: Any, values: dict[bytes, str]) -> Any:
    """The schema with values as references, maps closed, and scalars as loose as a case file takes them."""
    if isinstance(schema, list):
        return [_as_typed(one, values) for one in schema]
    if not isinstance(schema, dict):
        return schema
    # pydantic's titles are the names of the fields once more; definitions and the case itself keep what they say.
    about = {key: held for key, held in schema.items() if key in ("title", "description")}
    core = {key: held for key, held in schema.items() if key not in about}
    said = {"description": about["description"]} if isinstance(about.get("description"), str) else {}
    if name := values.get(canonical(core)):
        own = said.get("description") != _DESCRIBED[name]
        return {**(said if own else {}), "$ref": f"#/$defs/{name}"}
    made: Schema = dict(said)
    for key, held in _loose(core).items():
        if key in ("properties", "patternProperties"):
            made[key] = {name: _as_typed(one, values) for name, one in held.items()}
        else:
            made[key] = held if key in ("enum", "required") else _as_typed(held, values)
    if "patternProperties" in made:
        made["additionalProperties"] = False
    return made


def _loose(schema: Schema) -> Schema:
    """The schema of a scalar as it may be typed: text is text, also where YAML would see a number in it."""
    kind = schema.get("type")
    if kind == "string" and not schema.keys() & {"enum", "pattern", "const"}:
        return {**schema, "type": ["string", "number"]}
    if kind == "integer":
        return {**schema, "type": ["integer", "string"], "pattern": "^[+-]?[0-9]+$"}
    if kind == "boolean":
        return {"enum": [True, False, "yes", "no", "true", "false"]}
    return schema
