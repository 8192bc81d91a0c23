"""GA4GH phenopackets of version 2, both ways: https://phenopacket-schema.readthedocs.io."""

from fhir_case.formats.phenopacket.detecting import is_phenopacket
from fhir_case.formats.phenopacket.reading import PacketReading, read_phenopacket
from fhir_case.formats.phenopacket.writing import PacketWriting, write_phenopacket

__all__ = ["PacketReading", "PacketWriting", "is_phenopacket", "read_phenopacket", "write_phenopacket"]
