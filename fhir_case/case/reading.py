"""Case files: text to plain data and the places of its values. Nothing is typed here but what is nothing (`null`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fhir_case.case.json_text import read_json
from fhir_case.case.positions import Positions, place_after
from fhir_case.case.yaml_text import read_yaml
from fhir_case.issues import CaseError, Issue, Place

LARGEST = 50_000_000
"""Characters in a case file; the attachments of a large one have a few million."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a case file says, and where it says it."""

    data: dict[str, Any]
    """Dicts, lists, text and None; scalars without quotes are `Plain`. From JSON also numbers and truth values."""
    positions: Positions


LEAD = 10_000
"""Characters in which a file that is no case says what it is."""

_INSTEAD = "fhir-case convert FILE -o case.yaml makes a case of it; push and diff take it as it is"
_PACKET = ("phenotypicFeatures", "phenotypic_features", "metaData", "meta_data")


def read_text(text: str | bytes, file: str) -> Document:
    """The data of a case file, YAML or (named .json, or starting with a brace) JSON; `file` names it in the errors.

    Raises `CaseError`: every key that stands twice, or the first thing that makes reading on impossible.
    """
    whole = _decoded(text, file)
    if whole[:LEAD].lstrip().startswith("<") and not whole.lstrip().startswith("<<"):  # which is a merge key of YAML
        found = "FHIR in XML" if "http://hl7.org/fhir" in whole[:LEAD] else "XML or HTML"
        raise CaseError(
            (Issue("file-no-case", f"expected a case file, found {found}", place=Place(file, 1, 1), fix=_INSTEAD),)
        )
    if len(whole) > LARGEST and '"resourceType"' in whole[:LEAD]:
        message = "expected a case file, found FHIR"
        raise CaseError((Issue("file-no-case", message, place=Place(file, 1, 1), fix=_INSTEAD),))
    document = read_data(whole, file)
    data, positions = document.data, document.positions
    if "resourceType" in data:
        message = f"expected a case file, found FHIR: a resource of type {str(data['resourceType'])[:60]!r}"
        raise CaseError((Issue("file-no-case", message, place=positions.key(("resourceType",)), fix=_INSTEAD),))
    if "title" not in data and (packet := next((key for key in _PACKET if key in data), "")):
        message = "expected a case file, found a phenopacket"
        raise CaseError((Issue("file-no-case", message, place=positions.key((packet,)), fix=_INSTEAD),))
    return document


def read_data(text: str | bytes, file: str, *, empty: bool = False) -> Document:
    """The data of a file that may be a whole case or a part of one; `empty`: nothing is as good as no keys.

    Raises `CaseError`.
    """
    whole = _decoded(text, file)
    if len(whole) > LARGEST:
        message = f"the file has {len(whole):,} characters, more than the {LARGEST:,} that are read"
        raise CaseError((Issue("file-too-large", message, place=Place(file), fix="keep attachments outside the case"),))
    is_json = file.lower().endswith(".json") or whole.lstrip().startswith("{")
    data, positions = read_json(whole, file) if is_json else read_yaml(whole, file)
    if data is None and empty:
        data = {}
    if not isinstance(data, dict):
        found = {type(None): "nothing", list: "a list"}.get(type(data), "a text")
        message = f"expected the fields of a case (id, title, patient, …), each 'key: value', found {found}"
        fix = "write an empty case file to start from with: fhir-case new NAME"
        if empty:
            message, fix = f"expected the items of a section by their ids, found {found}", ""
        raise CaseError((Issue("file-no-case", message, place=positions.value(()), fix=fix),))
    return Document(data, positions)


def _decoded(data: str | bytes, file: str) -> str:
    """The text without its byte order mark."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode()
            found = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"the byte 0x{data[error.start]:02X}"
            raise CaseError((_wrong(file, before, f"expected UTF-8, found {found}"),)) from None
    else:
        text = data
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise CaseError(
                (_wrong(file, text[: error.start], "expected UTF-8, found half a surrogate pair"),)
            ) from None
    return text.removeprefix("\ufeff")


def _wrong(file: str, before: str, message: str) -> Issue:
    return Issue("file-encoding", message, place=place_after(before, file), fix="save the file as UTF-8")
