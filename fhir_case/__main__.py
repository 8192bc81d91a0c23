"""`python -m fhir_case` is the command `fhir-case`."""

from fhir_case.cli import main

if __name__ == "__main__":
    main()
