"""Accounting for a bundle: every value of it, and every value of its case, entered in a ledger with the reason.

The lines of the mappings say which field is which element (`fhir_case.lens.owned`), so nothing is listed here a second
time. What no line says is of the remainder, of the envelope, or made by whoever puts bundles together.
"""

from __future__ import annotations

from fhir_case.bundle.accounting_items import Page, verbatim, written
from fhir_case.bundle.book import Book
from fhir_case.bundle.build import Assembled, Built, BundleType, assembled
from fhir_case.bundle.came import order_of
from fhir_case.bundle.document import header_of
from fhir_case.bundle.entries import names_of
from fhir_case.bundle.identity import unmarked
from fhir_case.bundle.index import COMPOSITION, PROVENANCE
from fhir_case.bundle.ips import moved, told_at
from fhir_case.bundle.ledger import Ledger
from fhir_case.bundle.registry import Mappings
from fhir_case.case.envelope import Envelope
from fhir_case.case.model import PATIENT, CaseModel
from fhir_case.case.people import Header
from fhir_case.json import Json
from fhir_case.lens import DERIVATION, Context
from fhir_case.lens.owned import Path
from fhir_case.mappings.document import COMPOSITION as HEADER

_HEADER_AT: dict[str, Path] = {"authors": ("source", "authors"), "custodian": ("source", "custodian")}
"""The fields of the header that are no fields of the case itself."""


def accounted(case: CaseModel, type: BundleType | None, mappings: Mappings) -> Ledger:
    """The ledger of a case and its bundle of that type; the type as in `build`."""
    made = assembled(case, type, mappings)
    book = Book(case.plain(), made.bundle)
    places = _places(case, made)
    context = _reading(made, places)
    items = {entry.id: entry for entry in case.entries()}
    for one in made.built:
        key = one.indexed.id
        if key not in places:
            continue
        page = _page(case, made, one, places[key], book, context)
        context.where = key
        entry = items.get(key)
        if entry is not None:
            written(page, mappings.of_kind(entry.kind), entry.item)
        elif key == COMPOSITION:
            _composition(case, page)
        elif key == PROVENANCE and key not in case.resources:
            _provenance(page)
        else:
            verbatim(page, case.resources[key])
    _added(case, made, places, book)
    if made.as_it_came and case.bundle is not None:
        _as_it_came(case.bundle, places, book)
    else:
        _made_anew(made, book)
    _rest(made, book)
    return book.closed()


# --- where the resources are ------------------------------------------------------------------------------------------


def _places(case: CaseModel, made: Assembled) -> dict[str, int]:
    """The entry of each resource."""
    if made.as_it_came and case.bundle is not None:
        order = order_of(case.bundle, (one.indexed.id for one in made.built))
        return {item: n for n, item in enumerate(order) if item is not None}
    ids = {one.indexed.address: one.indexed.id for one in made.built}
    return {ids[e["fullUrl"]]: n for n, e in enumerate(made.bundle["entry"]) if e["fullUrl"] in ids}


def _reading(made: Assembled, places: dict[str, int]) -> Context:
    """The context that reads the bundle again."""
    targets: dict[str, str] = {}
    usual = {item: made.context.address(item) for item in places}
    for item, n in places.items():
        entry = made.bundle["entry"][n]
        for name in names_of(entry["resource"]["resourceType"], entry["resource"].get("id"), entry.get("fullUrl")):
            targets[name] = item
    usual.setdefault(PATIENT, made.context.address(PATIENT))
    context = made.index.reading(usual, targets | {address: item for item, address in usual.items()})
    context.source = made.context.source
    return context


def _page(
    case: CaseModel, made: Assembled, one: Built, place: int, book: Book, context: Context
) -> Page:  # fmt: skip
    bare = unmarked(one.resource)
    resource = {name: held for name, held in bare.items() if name != "id"} if one.id is not None else bare
    page = Page(book, context, made.context, resource, ("entry", place, "resource"), _case_place(case, one), one.origin)
    held = made.bundle["entry"][place]["resource"]
    if bare is not one.resource:
        mark = one.indexed.mark
        at: Path = ("meta", "tag", len(held["meta"]["tag"]) - 1) if mark.tagged else ("identifier", 0)
        page.shift = 0 if mark.tagged else 1
        ours = mark.value.startswith(f"{case.id}/") or case.source is None
        origin: Path = ("id",) if ours else ("source", "namespace")
        book.enter("mapped", "the mark: whose item it is, and which", [origin], [(*page.root, *at)])
    if not made.as_it_came and held.get("extension") != one.resource.get("extension"):
        page.moves = dict(moved(resource, held))
    return page


def _case_place(case: CaseModel, one: Built) -> Path:
    kind, _, key = one.origin.rpartition(".")
    if kind == "imaging.findings":
        study = next(entry.parent for entry in case.entries() if entry.id == key and entry.kind == kind)
        return ("imaging", study or "", "findings", key)
    if one.indexed.id in case.resources:
        return ("resources", one.indexed.id)
    return (*kind.split("."), key) if kind else (key,)


# --- what is made from the header of the case -------------------------------------------------------------------------


def _composition(case: CaseModel, page: Page) -> None:
    """The Composition: the header by its lines, the quotes of what others share, and what leads to the items."""
    item = header_of(case)
    stated = {name: _HEADER_AT.get(name, (name,)) for name in Header.model_fields}
    if COMPOSITION in case.resources:
        # It is kept as it came; what of the header it says is in the case twice.
        item.remainder = case.resources[COMPOSITION]
        read = HEADER.read({k: v for k, v in page.resource.items() if k not in ("subject", "section")}, page.context)
        same = {name for name in stated if getattr(read, name, None) == getattr(item, name)}
        stated = {name: at for name, at in stated.items() if name in same}
    page.fields = stated
    page.kept = ("resources", COMPOSITION)
    _quotes(case, page)
    if COMPOSITION in case.resources:
        written(page, HEADER, item)
        return
    header = {k: v for k, v in page.resource.items() if k not in ("subject", "encounter", "section")}
    page.resource, whole = header, page.resource
    written(page, HEADER, item)
    page.enter("defaulted", "whom the document is about", [], [("subject",)])
    page.enter("defaulted", "the index visit", [], [("encounter",)])
    for n, section in enumerate(whole["section"]):
        page.enter("defaulted", "the narrative of the section, told from its items", [], [("section", n, "text")])
        page.enter("defaulted", f"the section {section['title']}: its items", [], [("section", n)])
    page.enter("defaulted", "the sections that a document added", [], [("section",)])


def _quotes(case: CaseModel, page: Page) -> None:
    """The quotes of what others share stand in the Composition."""
    kinds = {entry.id: entry.kind for entry in case.entries()}
    for s, section in enumerate(_listed(page.resource.get("section"))):
        for e, entry in enumerate(_listed(section.get("entry"))):
            item = page.context.item(entry.get("reference"))
            extensions = [n for n, one in enumerate(_listed(entry.get("extension"))) if one.get("url") == DERIVATION]
            for place, n in enumerate(extensions):
                at: Path = ("section", s, "entry", e, "extension", n)
                origin: Path = (kinds.get(item or "", ""), item or "", "quotes", place)
                kept = [("resources", COMPOSITION, *at)] if COMPOSITION in case.resources else []
                page.enter("mapped", "a quote: where the source states it", [origin, *kept], [at])


def _listed(held: Json) -> list[dict[str, Json]]:
    return [one if isinstance(one, dict) else {} for one in held] if isinstance(held, list) else []


def _provenance(page: Page) -> None:
    page.enter("mapped", "recorded ↔ Provenance.recorded", [("recorded",)], [("recorded",)])
    for n, agent in enumerate(page.resource["agent"]):
        if "reference" in agent["who"]:
            authors: Path = ("source", "authors", n)
            page.enter("mapped", "source.authors ↔ Provenance.agent.who", [authors], [("agent", n, "who")])
    page.enter("defaulted", "who stands behind the case, and what it was made from", [], [()])


def _added(case: CaseModel, made: Assembled, places: dict[str, int], book: Book) -> None:
    """The observations that a document tells a patient's race and ethnicity with."""
    told = told_at(case.id)
    for n, entry in enumerate(made.bundle.get("entry", ())):
        field = told.get(entry.get("fullUrl", "")) if n not in places.values() else None
        if field is not None:
            value: Path = ("entry", n, "resource", "valueCodeableConcept")
            mark: Path = ("entry", n, "resource", "identifier")
            why = f"patient.{field}: IPS has room for it in the social history"
            book.enter("mapped", why, [("patient", field)], [value], "patient")
            book.enter("mapped", "the mark: whose item it is, and which", [("id",)], [mark])
            book.enter("defaulted", f"the observation that tells patient.{field}", [], [("entry", n)], "patient")


# --- what stands around the resources ---------------------------------------------------------------------------------


def _as_it_came(envelope: Envelope, places: dict[str, int], book: Book) -> None:
    for key in envelope.bundle:
        book.enter("carried", "around the entries", [("bundle", "bundle", key)], [(key,)])
    n = 0
    for c, came in enumerate(envelope.entries):
        here: Path = ("bundle", "entries", c)
        if came.item is not None and places.get(came.item) != n:
            book.enter("refused", "the entry of an item that was deleted", [here])
            continue
        for key in came.entry:
            book.enter("carried", "around the resource", [(*here, "entry", key)], [("entry", n, key)])
        book.enter("carried", "the resource's id", [(*here, "id")], [("entry", n, "resource", "id")])
        if came.item is not None:
            book.enter(
                "carried", "which item the entry is", [(*here, "item")], [("entry", n, "resource", "resourceType")]
            )
        book.enter("carried", "how the entry came", [here])
        n += 1
    book.enter("carried", "how the bundle came: where its patient is, how it spells references", [("bundle",)])


def _made_anew(made: Assembled, book: Book) -> None:
    if made.bundle["type"] == "document":
        book.enter("mapped", "recorded ↔ Bundle.timestamp", [("recorded",)], [("timestamp",)])
        came: Path = ("bundle", "bundle", "timestamp")
        book.enter("carried", "when the document it was read from was put together", [came], [("timestamp",)])
        book.enter("mapped", "id ↔ Bundle.identifier.value", [("id",)], [("identifier", "value")])
    book.enter("carried", "where the patient is", [("bundle", "patient")])
    book.enter("refused", "how another bundle came; this one is made anew", [("bundle",)])
    for name in ("resourceType", "type", "meta", "identifier"):
        book.enter("defaulted", "a bundle of this type", [], [(name,)])


def _rest(made: Assembled, book: Book) -> None:
    """What makes a bundle of resources, and what a bundle has no place for."""
    for n, entry in enumerate(made.bundle.get("entry", ())):
        book.enter("defaulted", "the address of the item", [], [("entry", n, "fullUrl")])
        book.enter("defaulted", "what makes a server store it once", [], [("entry", n, "request")])
        resource = entry.get("resource")
        title: Path = ("entry", n, "resource", "title")
        if (
            isinstance(resource, dict)
            and resource.get("resourceType") == "Composition"
            and ("title",) in book.case_left
        ):
            book.same("title ↔ Composition.title", ("title",), title)
    book.enter("refused", "it names the case, and the bundle has no place for it", [("title",), ("id",)])
    for leaf in book.case_left:
        book.enter("refused", "nothing in this bundle holds it", [leaf])
    for leaf in book.bundle_left:
        book.enter("defaulted", "", [], [leaf])
