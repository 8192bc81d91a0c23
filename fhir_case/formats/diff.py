"""How two cases differ clinically: ids, order and what a server wrote say nothing.

Items of both cases are paired section by section: those that say the same, whatever their ids; then those of one id;
then those of one code and time; then those of one code. What is left over was added or removed; paired items are compared
field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Literal

from fhir_case.bundle.index import COMPOSITION, PROVENANCE
from fhir_case.case.base import Item
from fhir_case.case.check import links, times
from fhir_case.case.links import plain_link, renamed
from fhir_case.case.model import CaseModel
from fhir_case.case.positions import Path, dotted
from fhir_case.case.when import Period, Relative, When
from fhir_case.json import Json, canonical
from fhir_case.lens import ITEM

Change = Literal["added", "removed", "changed"]
Renaming = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the second case says otherwise than the first."""

    change: Change
    path: str
    """Where: `medications.prednisone.dosage[0].dose`; ids and positions are the first case's where it has them."""
    before: Json = None
    after: Json = None
    item: str = ""
    """The item it is about, as far as `path` leads to it: `medications.prednisone`; "" for the case itself."""
    name: str = ""
    """What the item is, in words: `Prednisone`."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One item of a case: where it stands, and what it says with the ids in it renamed."""

    section: str
    id: str
    path: Path
    says: Callable[[Renaming], dict[str, Json]]


ROUNDS = 3
"""How far references are followed to tell items apart whose own words are the same."""


def differences(a: CaseModel, b: CaseModel) -> tuple[Difference, ...]:
    """What `b` says otherwise than `a`, section by section in the order of the model."""
    ours, theirs = _told(a), _told(b)
    pairs = _paired(ours, theirs)
    names = {theirs[other].id: ours[one].id for one, other in pairs.items()}
    to_ours: Renaming = lambda id: names.get(id, id)  # noqa: E731
    found = list(_compared(_header(a), _header(b), ()))
    for place, one in enumerate(ours):
        if place in pairs:
            says = one.says(str)
            about = (dotted(one.path), _name(says))
            differing = list(_compared(says, theirs[pairs[place]].says(to_ours), one.path))
            found += [_about(*about, each) for each in _once(differing, f"{about[0]}.remainder")]
        else:
            found.append(_whole("removed", one, one.says(str)))
    taken = set(pairs.values())
    found += [_whole("added", one, one.says(to_ours)) for place, one in enumerate(theirs) if place not in taken]
    order = {name: place for place, name in enumerate(CaseModel.model_fields)}
    return tuple(sorted(found, key=lambda one: order[one.path.partition(".")[0].partition("[")[0]]))


def _once(found: list[Difference], remainder: str) -> Iterator[Difference]:
    """The differences without those of the verbatim `remainder` that a field has told already."""
    fields = [(str(one.before), str(one.after)) for one in found if not one.path.startswith(remainder)]
    for one in found:
        before, after = str(one.before), str(one.after)
        known = one.change == "changed" and any(before in old and after in new for old, new in fields)
        if not (known and one.path.startswith(remainder)):
            yield one


def _about(item: str, name: str, one: Difference) -> Difference:
    return replace(one, item=item, name=name)


def _whole(change: Change, one: _Told, says: dict[str, Json]) -> Difference:
    """An item that only one of the cases has."""
    before, after = (says, None) if change == "removed" else (None, says)
    return Difference(change, dotted(one.path), before, after, dotted(one.path), _name(says))


def _name(says: dict[str, Json]) -> str:
    """What an item is, in words: the text of its code, or the first display; "" where nothing says it."""
    code: Json = next((says[key] for key in _NAMED if key in says), "")
    if isinstance(code, dict):
        code = code.get("text") or code.get("codes") or ""
    if isinstance(code, list):
        code = code[0] if code else ""
    return code.rpartition(" | ")[2] if isinstance(code, str) else ""


_NAMED = ("code", "vaccine", "relationship", "name", "title", "types", "modalities", "description")
"""The fields that say what an item is, of whatever kind."""


def _header(case: CaseModel) -> dict[str, Json]:
    """What the case says of itself. Its id, how the bundle came that it was read from, and a title made of its id say
    nothing clinical."""
    told = {name: v for name in ("title", "recorded", "language") if (v := getattr(case, name)) is not None}
    if told.get("title") == f"Case {case.id}":
        del told["title"]
    return told


# --- what the items say -----------------------------------------------------------------------------------------------


def _told(case: CaseModel) -> list[_Told]:
    made = []
    for entry in case.entries():
        path: Path = (*entry.kind.split("."), entry.id) if entry.kind != entry.id else (entry.id,)
        if entry.parent is not None:
            path = ("imaging", entry.parent, "findings", entry.id)
        made.append(_Told(entry.kind, entry.id, path, _of_item(entry.item, entry.parent)))
    # The document's frame and its provenance are made from the items, which are compared themselves.
    made += [
        _Told("resources", key, ("resources", key), _of_json(held))
        for key, held in case.resources.items()
        if key not in (COMPOSITION, PROVENANCE)
    ]
    return made


def _of_item(item: Item, parent: str | None) -> Callable[[Renaming], dict[str, Json]]:
    """What an item says; of an imaging study without its findings, which are items of their own."""
    plain = item.model_dump(exclude_defaults=True, exclude={"findings"})
    references = [(path, link) for _name, path, link in links(item)]
    anchored = [(path, when) for path, when in times(item, ()) if any(isinstance(m, Relative) for m in when.moments())]

    def says(rename: Renaming) -> dict[str, Json]:
        made: dict[str, Json] = _served(plain, rename)
        said = [(path, plain_link(renamed(link, rename))) for path, link in references]
        said += [(path, _anchored(when, rename).plain()) for path, when in anchored]
        for path, value in said:
            holder: Any = made
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
        if parent is not None:
            made["study"] = rename(parent)
        return made

    return says


def _of_json(resource: dict[str, Json]) -> Callable[[Renaming], dict[str, Json]]:
    return lambda rename: _served(resource, rename)


def _served(value: Json, rename: Renaming) -> Any:
    """Plain data without what a server, or the reading, wrote into it; references in verbatim parts renamed."""
    if isinstance(value, dict):
        made = {key: _served(held, rename) for key, held in value.items() if key not in ("$read", "at")}
        if isinstance(made.get("meta"), dict):
            meta = {key: held for key, held in made["meta"].items() if key in ("tag", "security", "extension")}
            made = {**made, "meta": meta} if meta else {key: held for key, held in made.items() if key != "meta"}
        if isinstance(made.get("remainder"), dict) and made["remainder"].get("meta", 0) is None:
            del made["remainder"]["meta"]  # that there was none before a server, or a build, wrote one
        if made.get("remainder") == {}:
            del made["remainder"]
        return made
    if isinstance(value, list):
        return [_served(one, rename) for one in value]
    if isinstance(value, str) and value.startswith(ITEM):
        return ITEM + rename(value[len(ITEM) :])
    return value


def _anchored(when: When, rename: Renaming) -> When:
    """The time with the items it is relative to renamed."""

    def moved(moment: Any) -> Any:
        return replace(moment, anchor=rename(moment.anchor)) if isinstance(moment, Relative) else moment

    time = when.time
    return When(Period(moved(time.start), moved(time.end)) if isinstance(time, Period) else moved(time))


# --- which item is which ----------------------------------------------------------------------------------------------


def _paired(ours: list[_Told], theirs: list[_Told]) -> dict[int, int]:
    """Which of their items is which of ours, by place: the surest pairs first."""
    pairs: dict[int, int] = {}
    for mine, other in zip(_keys(ours), _keys(theirs), strict=True):
        for places, others in _unpaired(mine, other, pairs):
            pairs.update(zip(places, others, strict=False))
    for kind in (_at_a_time, _kind):
        for places, others in _unpaired([kind(one) for one in ours], [kind(one) for one in theirs], pairs):
            if len(places) == len(others) == 1:
                pairs[places[0]] = others[0]
    return pairs


def _keys(told: list[_Told]) -> Iterator[list[Hashable]]:
    """By what the items are paired, step by step: equal in what they say, references followed ever less far; equal in
    their id. Of several that say the same, those of one id come first."""
    for colours in reversed(_colours(told)):
        yield [(colour, one.id) for colour, one in zip(colours, told, strict=True)]
        yield list(colours)
    yield [(one.section, one.id) for one in told]


def _unpaired(
    mine: list[Hashable], other: list[Hashable], pairs: dict[int, int]
) -> Iterator[tuple[list[int], list[int]]]:
    """The places of both sides that have one key, of those that are not paired yet."""
    taken = set(pairs.values())
    theirs: dict[Hashable, list[int]] = {}
    for place, key in enumerate(other):
        if place not in taken:
            theirs.setdefault(key, []).append(place)
    ours: dict[Hashable, list[int]] = {}
    for place, key in enumerate(mine):
        if place not in pairs and key in theirs:
            ours.setdefault(key, []).append(place)
    yield from ((places, theirs[key]) for key, places in ours.items())


def _kind(one: _Told) -> Hashable:
    """The section of an item and what it is of; an item without a code is of its own kind."""
    says = one.says(str)
    code = next((says[name] for name in ("code", "vaccine", "relationship", "name", "types") if name in says), one.id)
    return one.section, canonical(code)


def _at_a_time(one: _Told) -> Hashable:
    """What an item is of, and when; the times that name other items are left out of it."""
    says = one.says(lambda id: "")
    times = {name: says[name] for name in ("when", "onset", "taken", "given", "period", "start") if name in says}
    return _kind(one), canonical(times)


def _colours(told: list[_Told]) -> list[list[bytes]]:
    """For each round what each item says: first without the ids in it, then with what the items said before that it
    names, and those that name it. (Colour refinement: https://en.wikipedia.org/wiki/Colour_refinement_algorithm.)"""
    rounds = [[_hashed(one.section, one.says(lambda id: "")) for one in told]]
    naming = _naming(told)
    for _ in range(ROUNDS):
        said = dict(zip((one.id for one in told), (colour.hex() for colour in rounds[-1]), strict=True))
        rounds.append([_coloured(one, naming[one.id], said) for one in told])
    return rounds


def _coloured(one: _Told, named_by: list[str], said: dict[str, str]) -> bytes:
    return _hashed(one.section, one.says(lambda id: said.get(id, "")), [said[other] for other in named_by])


def _naming(told: list[_Told]) -> dict[str, list[str]]:
    """For each item those that name it."""
    naming: dict[str, list[str]] = {one.id: [] for one in told}
    for one in told:
        for id in _named(one):
            naming.setdefault(id, []).append(one.id)
    return naming


def _named(one: _Told) -> list[str]:
    """The items that an item names."""
    found: list[str] = []

    def heard(id: str) -> str:
        found.append(id)
        return id

    one.says(heard)
    return found


def _hashed(*said: Json) -> bytes:
    return blake2b(canonical([_sorted(one) for one in said]), digest_size=16).digest()


# --- what differs -----------------------------------------------------------------------------------------------------


def _compared(a: Json, b: Json, path: Path) -> Iterator[Difference]:
    if canonical(_sorted(a)) == canonical(_sorted(b)):
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys((*a, *b)):
            if key not in b:
                yield Difference("removed", dotted((*path, key)), a[key])
            elif key not in a:
                yield Difference("added", dotted((*path, key)), None, b[key])
            else:
                yield from _compared(a[key], b[key], (*path, key))
    elif isinstance(a, list) and isinstance(b, list):
        yield from _of_lists(a, b, path)
    else:
        yield Difference("changed", dotted(path), a, b)


def _of_lists(a: list[Json], b: list[Json], path: Path) -> Iterator[Difference]:
    """What differs between two lists, whatever their order: what both have goes, the rest is compared in order."""
    left = list(enumerate(b))
    ours = []
    for place, one in enumerate(a):
        same = next((n for n, (_, other) in enumerate(left) if _same(one, other)), None)
        if same is None:
            ours.append((place, one))
        else:
            del left[same]
    for (place, one), (_, other) in zip(ours, left, strict=False):
        yield from _compared(one, other, (*path, place))
    for place, one in ours[len(left) :]:
        yield Difference("removed", dotted((*path, place)), one)
    for place, one in left[len(ours) :]:
        yield Difference("added", dotted((*path, place)), None, one)


def _same(a: Json, b: Json) -> bool:
    return canonical(_sorted(a)) == canonical(_sorted(b))


def _sorted(value: Json) -> Json:
    """The value with its lists in an order of their own: the order in which things are told says nothing."""
    if isinstance(value, dict):
        return {key: _sorted(held) for key, held in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=canonical)
    return value
