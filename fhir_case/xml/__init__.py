"""FHIR in XML (https://hl7.org/fhir/R4/xml.html), as the same tree that JSON gives, and back."""
