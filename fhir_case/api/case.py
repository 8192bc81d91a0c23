"""`Case`: one patient's clinical case, and its ways to and from FHIR.

The ways are imported when they are first gone: YAML, and the mappings, take as long to load as the model itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, PrivateAttr

from fhir_case.api.depth import walked
from fhir_case.api.sources import has_floats, resource_of
from fhir_case.case.model import CaseModel
from fhir_case.issues import CaseError, Issue, Report
from fhir_case.json import Json, dumps

if TYPE_CHECKING:
    from fhir_case.bundle.build import Build, BundleType
    from fhir_case.bundle.ledger import Ledger
    from fhir_case.bundle.registry import Mappings

SCHEMA = "yaml-language-server: $schema=case.schema.json"
"""The first line of a case file: it lets editors complete and check it while it is typed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as it was read from a bundle, and what was only carried, and why."""

    case: Case
    report: Report

    def explain(self) -> Ledger:
        """Where each value of the bundle is in the case: read into which field, carried where, or why it is implied."""
        return self.case.explain()


class Case(CaseModel):
    """One patient's clinical case: written once, mapped to FHIR R4 and back.

    Equality is equality of canonical bytes (`dumps`): items by id, numbers as written.
    """

    _origin: dict[str, Json] | None = PrivateAttr(None)

    @property
    def origin(self) -> dict[str, Json] | None:
        """What the server it was pulled from knows of it (ids, versions); no part of equality."""
        return self._origin

    @classmethod
    def load(cls, path: str | Path, *, mappings: Mappings | None = None) -> Self:
        """The case in a YAML or JSON file. Raises `CaseError` with all issues, each with file:line:column and field."""
        from fhir_case.case.loading import load

        with _with_broken_mappings(mappings):
            return load(cls, Path(path), lambda: _others(mappings))

    @classmethod
    def loads(cls, text: str | bytes, name: str = "case.yaml", *, mappings: Mappings | None = None) -> Self:
        """The case in a text; `name` names it in errors."""
        from fhir_case.case.loading import load_text

        with _with_broken_mappings(mappings):
            return load_text(cls, text, name, lambda: _others(mappings))

    def to_yaml(self) -> str:
        """The case as a person would have written it."""
        from fhir_case.case.writing import write_yaml

        with walked():
            return write_yaml(self.writable(), SCHEMA)

    def save(self, path: str | Path) -> tuple[Path, ...]:
        """Write the case to a file, YAML or (named .json) JSON, whole or not at all.

        In a YAML file that holds this case already, what did not change stays as it is, comments too; its source file
        (`source.file`) is not written. A new YAML file of more than 2,000 lines has its large sections in files beside
        it, which it names under `files`. Gives the files that were written, that of the case last. Raises `CaseError`
        for a file that is there and cannot be read as a case, and `OSError`.
        """
        from fhir_case.api.files import write_all
        from fhir_case.case.saving import edited, written

        target = Path(path)
        if target.suffix.lower() == ".json":
            texts = {target: self.to_json() + "\n"}
        elif target.exists() and (old := type(self).load(target)).id == self.id:
            texts = edited(target, self.writable(), old.writable())
        else:
            texts = written(target, self.writable(), SCHEMA)
        write_all(texts)
        return tuple(texts)

    def to_json(self) -> str:
        """The case as JSON, its keys in the order of the model."""
        return dumps(self.plain(), indent=2)

    def build(
        self, type: BundleType | None = None, *, profile: str | None = None, mappings: Mappings | None = None
    ) -> Build:
        """The bundle, with a report of what the standard forced the build to add, and where each entry comes from.

        `profile`: a guide whose profiles the resources claim (`us-core@6.1.0`, a package, a .tgz), what they lack
        reported. Raises `DefinitionError` for one that cannot be had, `ValueError` for another type of bundle.
        """
        from fhir_case.bundle.build import build
        from fhir_case.bundle.registry import installed

        _only_known(type)
        with walked():
            made = build(self, type, mappings or installed())
        if profile is None:
            return made
        from fhir_case.api.conforming import conformed

        return conformed(made, profile, mappings or installed())

    def to_bundle(self, type: BundleType | None = None, *, mappings: Mappings | None = None) -> dict[str, Json]:
        """The case as a Bundle; None gives it the type, order and requests it came with, else `transaction`."""
        return self.build(type, mappings=mappings).bundle

    def explain(self, type: BundleType | None = None, *, mappings: Mappings | None = None) -> Ledger:
        """Where each value of the case is in its bundle of that type, and where each value of the bundle comes from."""
        from fhir_case.bundle.accounting import accounted
        from fhir_case.bundle.registry import installed

        _only_known(type)
        with walked():
            return accounted(self, type, mappings or installed())

    @classmethod
    def read(cls, source: Any, *, mappings: Mappings | None = None) -> Reading:
        """The case that a bundle tells, with a report of what was only carried.

        `source`: JSON text or bytes, a path, a dict, or a `fhir.resources` model. Raises `CaseError` only where
        nothing can be read.
        """
        from fhir_case.bundle.read import read
        from fhir_case.bundle.registry import installed

        with walked():
            resource = resource_of(source)
            report = Report()
            if source is resource and has_floats(resource):
                message = "the numbers came as floats, which have lost their digits (7.20 is 7.2)"
                report = Report((Issue("digits-lost", message, "warning", fix="read the JSON with fhir_case.loads"),))
            found = read(resource, mappings or installed(), cls)
            return Reading(found.case, found.report + report)  # type: ignore[arg-type]

    @classmethod
    def from_bundle(cls, source: Any, *, mappings: Mappings | None = None) -> Self:
        """The case that a bundle tells; see `read`."""
        from fhir_case.bundle.read import read
        from fhir_case.bundle.registry import installed

        with walked():
            return read(resource_of(source), mappings or installed(), cls).case  # type: ignore[return-value]


def _only_known(type: str | None) -> None:
    if type not in (None, "transaction", "collection", "document"):
        raise ValueError(f"expected transaction, collection or document, found {type!r}")


@contextmanager
def _with_broken_mappings(mappings: Mappings | None) -> Iterator[None]:
    """Where a case cannot be read that uses mappings of others, say which of these could not be used: it may be the reason."""
    try:
        yield
    except CaseError as error:
        if not any(issue.path.startswith("other") for issue in error.issues):
            raise
        from fhir_case.bundle.registry import installed

        raise CaseError((*(mappings or installed()).issues, *error.issues)) from None


def _others(mappings: Mappings | None) -> type[BaseModel]:
    from fhir_case.bundle.registry import installed

    return (mappings or installed()).others
