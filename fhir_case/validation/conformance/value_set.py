"""ValueSet: what it includes is there, and can be asked for like that (https://hl7.org/fhir/R4/valueset.html)."""

from __future__ import annotations

from fhir_case.issues import Severity
from fhir_case.terminology.reading import texts
from fhir_case.validation.conformance.filters import check_filter
from fhir_case.validation.conformance.parameters import Parameters
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run


def check_value_set(value_set: Node, at: At, run: Run) -> None:
    """Each include and exclude, and the parameters that they use."""
    parameters = Parameters(value_set)
    compose = value_set.get("compose")
    for part in ("include", "exclude"):
        for index, one in numbered(compose, part):
            _check_include(value_set, one, parameters, below(below(at, "compose"), part, index), run)
    parameters.check_used(at, run)


def _check_include(value_set: Node, include: Node, parameters: Parameters, at: At, run: Run) -> None:
    _check_imports(include, at, run)
    url, version = _system(include, at, run)
    if not url:
        if "concept" in include or "filter" in include:
            run.say("definition-include", at, "concepts and filters without a system can't be checked", "warning")
        return
    if not is_absolute(url):
        run.say("definition-include", at, _not_absolute(value_set, url, version), value=url)
        return
    asked = f"{url}|{version}" if version else url
    definition = known(run, asked, "CodeSystem")
    if definition is not None:
        _check_content(definition, url, at, run)
    elif run.checks.terminology.code_system(url, version or None) is None:
        _check_is_no_value_set(url, at, run)
    _check_concepts(include, url, version, "warning" if value_set.get("status") == "retired" else "error", at, run)
    for index, one in numbered(include, "filter"):
        check_filter(one, url, version, definition, parameters, below(at, "filter", index), run)


def _check_imports(include: Node, at: At, run: Run) -> None:
    for index, canonical in enumerate(texts(include, "valueSet")):
        if run.checks.terminology.value_set(canonical) is None and known(run, canonical, "ValueSet") is None:
            other = known(run, canonical)
            told = (
                f"this is a {other.get('resourceType')}, not a value set"
                if other
                else "the value set is not known here"
            )
            run.say("definition-import", below(at, "valueSet", index), told, "warning", value=canonical)


def _system(include: Node, at: At, run: Run) -> tuple[str, str]:
    """The system and version of an include; a version in the system is none (https://hl7.org/fhir/R4/references.html#canonical)."""
    system, version = text(include, "system"), text(include, "version")
    url, bar, said = system.partition("|")
    if bar:
        fix = f'"system": "{url}"' + (f', "version": "{said}"' if said else "")
        run.say("definition-include", at, "the version of a code system stands in `version`, not behind a | in `system`",
                "error" if said else "warning", fix, value=system)  # fmt: skip
    return url, version


def _not_absolute(value_set: Node, url: str, version: str) -> str:
    if not url.startswith("#"):
        return "the system of an include is an absolute uri"
    held = [one for one in objects(value_set, "contained") if one.get("id") == url[1:]]
    if not held:
        return f"there is no contained code system {url}, and the system of an include is an absolute uri"
    kind = held[0].get("resourceType")
    if kind != "CodeSystem":
        return f"{url} is a {kind}, not a code system, and the system of an include is an absolute uri"
    own = text(held[0], "url")
    return f"the system of an include is an absolute uri: that of the contained code system is {own or 'still to be given'}"


def _check_content(definition: Node, url: str, at: At, run: Run) -> None:
    content = text(definition, "content")
    if content == "supplement":
        base = text(definition, "supplements")
        run.say("definition-include", at, "a supplement has no codes of its own: include the code system it adds to",
                fix=f"{base}, and the extension valueset-supplement with {url}", value=url)  # fmt: skip
    elif content in ("example", "fragment"):
        run.say("definition-include", at, f"the content of this code system is but a {content}",
                "warning" if content == "example" else "information", value=url)  # fmt: skip


def _check_is_no_value_set(url: str, at: At, run: Run) -> None:
    if known(run, url, "ValueSet") is None:
        return
    found = run.checks.terminology.value_set(url)
    systems = sorted(found.systems or ()) if found else []
    run.say("definition-include", at, "this is a value set, not a code system", fix=f"{systems[0]}?" if len(systems) == 1 else
            "the system, or `valueSet` to import it", value=url)  # fmt: skip


def _check_concepts(include: Node, url: str, version: str, level: Severity, at: At, run: Run) -> None:
    system = run.checks.terminology.code_system(url, version or None) if "concept" in include else None
    if system is None or not isinstance(include["concept"], list):
        return
    contains = system.contains
    for index, one in enumerate(include["concept"]):
        code = one.get("code") if isinstance(one, dict) else None
        if isinstance(code, str) and contains(code) is False:
            like = system.nearest(code)
            run.say("definition-include-code", below(at, "concept", index), system.problem_with(code) or
                    f"{url} has no such code", level, f"did you mean {like}?" if like else "", code)  # fmt: skip
