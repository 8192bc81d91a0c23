# The project's habits. `just` lists them; `uv run just NAME` works too.

export PATH := justfile_directory() / ".venv/bin:" + env("PATH")

# this list
default:
    @just --list --unsorted

# everything for work on the project, into .venv, from the lock file
setup:
    sh scripts/setup

# the tests; what is given goes to pytest
test *args:
    sh scripts/test {{args}}

# all the tests, on real servers and with HL7's validator, none skipped; then its verdicts and ours on everything there is
full *args:
    FHIR_CASE_FULL=1 FHIR_CASE_REQUIRE=shared,java,node sh scripts/test {{args}}
    python scripts/oracle/full.py

# our verdicts beside HL7's: all cases, examples, packages and 5,000 mutants (Java; an hour the first time)
agreement *args:
    python scripts/oracle/full.py {{args}}

# the recorded verdicts that the tests hold us against, and the list of where we differ (Java)
record *args:
    python scripts/oracle/record.py {{args}}
    python scripts/oracle/record.py --differences

# what is wrong with the text and with the import arrows
lint:
    ruff check .
    ruff format --check .
    lint-imports

# mypy --strict
types:
    mypy

# all speeds: of cases, of the validator, of importing; and how much the lines read
bench: bench-cases (leaves "--examples") bench-bundles bench-phenopackets bench-validation bench-import

# what cases cost
bench-cases *args:
    python scripts/bench.py {{args}}

# what a bundle of others costs on its way to a case and back, in time and memory; fails above 4 times the file
bench-bundles *args:
    python scripts/bench_bundles.py {{args}}

# what phenopackets cost, and how much of them the lines read
bench-phenopackets *args:
    python scripts/bench_phenopackets.py {{args}}

# how much of what others wrote is read into fields, by type; `--left N`: what is not; `--examples`: HL7's examples
leaves *args:
    python scripts/leaves.py {{args}}

# our validator beside HL7's and others, as a table (Java; npm for the examples)
bench-validation *args:
    python scripts/bench_validation.py {{args}}

# what importing 100,000 lines of NDJSON costs; fails above 200 MB of memory
bench-import *args:
    python scripts/bench_import.py {{args}}

# pushing beside httpx posting the same transactions, and pushing again (an empty HAPI: `just hapi`)
bench-delivery url="http://127.0.0.1:8080/fhir" *args:
    python scripts/bench_delivery.py {{url}} {{args}}

# the seed case; with `--server URL` onto a server and home again
demo *args:
    fhir-case demo {{args}}

# a HAPI server on http://127.0.0.1:8080/fhir (Java and Maven)
hapi port="8080":
    scripts/hapi/start.sh {{port}}

# and its end
hapi-stop port="8080":
    scripts/hapi/stop.sh {{port}}

# Medplum's router on http://127.0.0.1:18090/fhir/R4, until ctrl-c (node)
medplum port="18090":
    scripts/medplum/start.sh {{port}}

# the command reference in the README, from the commands' own help
docs:
    python -m cogapp -r -P -I scripts README.md

# the JSON Schema of a case file
schema:
    fhir-case schema > fixtures/cases/case.schema.json
