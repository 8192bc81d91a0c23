"""What a phenopacket is, and which of them are read: version 2, of one individual."""

from __future__ import annotations

from fhir_case.issues import CaseError, Issue
from fhir_case.json import Json

_OF_ANY = frozenset({
    "phenotypicFeatures", "phenotypic_features", "metaData", "meta_data", "interpretations", "diseases", "measurements",
    "biosamples", "medicalActions", "medical_actions",
})  # fmt: skip
_OF_V1 = frozenset({"genes", "variants", "htsFiles", "hts_files"})
"""Fields that version 2 no longer has (https://phenopacket-schema.readthedocs.io/en/latest/v2-changes.html)."""
_OF_MANY = {"proband": "a family", "relatives": "a family", "members": "a cohort"}
_META = frozenset({"metaData", "meta_data"})


def is_phenopacket(data: Json) -> bool:
    """Whether JSON is a phenopacket (or a family or cohort of them) of any version, and no FHIR resource."""
    if not isinstance(data, dict) or "resourceType" in data:
        return False
    fields = data.keys()
    if "subject" in fields and fields & (_OF_ANY | _OF_V1):
        return True
    if not fields & _META:
        return False
    return bool(fields & ((_OF_ANY - _META) | _OF_V1 | _OF_MANY.keys())) or bool(_version(data))


def _version(data: dict[str, Json]) -> str:
    """The version of the schema that a packet says it follows."""
    meta = data.get("metaData") or data.get("meta_data")
    meta = meta if isinstance(meta, dict) else {}
    return str(meta.get("phenopacketSchemaVersion") or meta.get("phenopacket_schema_version") or "")


def refuse_others(data: Json) -> None:
    """Raise `CaseError` for what is no phenopacket, for one of version 1, and for a family or cohort."""
    if not isinstance(data, dict) or not is_phenopacket(data):
        found = data.get("resourceType", "none of these") if isinstance(data, dict) else "no object"
        message = f"expected a phenopacket (subject, phenotypicFeatures, metaData, …), found {str(found)[:40]}"
        raise CaseError((Issue("phenopacket-unknown", message),))
    for name, what in _OF_MANY.items():
        if name in data:
            message = f"this is {what} of phenopackets, and a case is of one patient"
            raise CaseError((Issue("phenopacket-many", message, path=name, fix="give each phenopacket in it alone"),))
    version = _version(data)
    of_v1 = sorted(data.keys() & _OF_V1)
    if version.partition(".")[0] in ("", "2") and not of_v1:
        return
    found = f"{' and '.join(of_v1)}, which version 2 does not have" if of_v1 else f"version {version[:20]}"
    raise CaseError((Issue(
        "phenopacket-version", f"expected a phenopacket of version 2, found {found}",
        path=of_v1[0] if of_v1 else "metaData.phenopacketSchemaVersion",
        fix="convert it first, with phenopacket-tools: pxf convert",
    ),))  # fmt: skip
