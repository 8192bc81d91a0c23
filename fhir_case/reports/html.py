"""One HTML page that needs nothing else: no scripts, no fonts, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from fhir_case.catalogue import CATALOGUE
from fhir_case.issues import SEVERITIES, Issue
from fhir_case.reports.lines import excerpt, harmless, masking
from fhir_case.reports.result import UNDECIDED, Result, counts, level, link, summary

STYLE = """
:root { --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --back: #fff; --code: #f6f8fa;
  --error: #c62828; --warning: #9a6700; --information: #0969da; --undecided: #8250df; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117;
  --code: #151b23; --error: #ff7b72; --warning: #d29922; --information: #58a6ff; --undecided: #bc8cff } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere }
.sum { color: var(--soft); margin: .25rem 0 1rem } .none { color: var(--soft) }
.tile { display: inline-block; border: 1px solid var(--line); border-radius: 8px;
  padding: .4rem 1rem; margin: 0 .5rem .5rem 0 }
.tile b { font-size: 1.4rem; display: block; font-variant-numeric: tabular-nums }
article { border: 1px solid var(--line); border-left: 4px solid var(--c); border-radius: 6px;
  padding: .6rem 1rem; margin: .6rem 0 }
.fatal, .error { --c: var(--error) } .warning { --c: var(--warning) }
.information { --c: var(--information) } .undecided { --c: var(--undecided) }
.level { color: var(--c); font-weight: 600 }
.where, .path { font-family: ui-monospace, monospace; font-size: .87em; color: var(--soft);
  overflow-wrap: anywhere }
pre { background: var(--code); border-radius: 6px; padding: .5rem .75rem; overflow-x: auto; font-size: .87em; margin: .5rem 0 }
pre i { color: var(--c); font-style: normal; font-weight: 700 }
p { margin: .25rem 0; overflow-wrap: anywhere } a { color: var(--information) }
details { color: var(--soft) } summary { cursor: pointer } details article { color: var(--ink) }
nav ul { columns: 2 24rem; padding-left: 1.2rem; overflow-wrap: anywhere }
"""


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as an HTML page."""
    held = list(results)
    found = counts(held)
    tiles = [
        ("error", "errors", found["fatal"] + found["error"]), ("warning", "warnings", found["warning"]),
        ("information", "remarks", found["information"]), (UNDECIDED, "undecided", found[UNDECIDED]),
        ("", "suppressed", found["suppressed"]),
    ]  # fmt: skip
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>FHIR validation: {escape(summary(held))}</title><style>{STYLE}</style></head><body>",
        f'<h1>FHIR validation</h1><p class="sum">{escape(summary(held))}</p><div>',
        *(f'<span class="tile {kind}"><b class="level">{number}</b>{name}</span>' for kind, name, number in tiles),
        "</div>",
        *_contents(held),
        *(part for number, result in enumerate(held, 1) for part in _result(result, f"file-{number}", values)),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _contents(held: list[Result]) -> Iterator[str]:
    """The files with errors or warnings, where there are several to look for them in."""
    named = [
        f'<li><a href="#file-{number}">{_shown(result.name)}</a>: {said}</li>'
        for number, result in enumerate(held, 1)
        if (found := counts([result])) and (said := _in_words(found["fatal"] + found["error"], found["warning"]))
    ]
    if len(held) > 1 and named:
        yield f"<nav><ul>{''.join(named)}</ul></nav>"


def _in_words(errors: int, warnings: int) -> str:
    both = ((errors, "error"), (warnings, "warning"))
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in both if number)


def _result(result: Result, anchor: str, values: bool) -> Iterator[str]:
    """A file: its errors first, then warnings and remarks; what is undecided only for those who open it."""
    yield f'<section id="{anchor}"><h2>{_shown(result.name)}</h2>'
    if not result.report.issues:
        yield '<p class="none">Nothing was found.</p>'
    lines = result.text.split("\n") if result.text is not None else []
    by_level: dict[str, list[Issue]] = {name: [] for name in (*SEVERITIES, UNDECIDED)}
    for issue in result.issues:
        by_level[level(issue)].append(issue)
    undecided = by_level.pop(UNDECIDED)
    for issues in by_level.values():
        for issue in issues:
            yield from _issue(issue, result, lines, values)
    if undecided:
        yield f"<details><summary>{len(undecided)} undecided</summary>"
        for issue in undecided:
            yield from _issue(issue, result, lines, values)
        yield "</details>"
    if result.suppressed:
        yield f"<details><summary>{len(result.suppressed)} suppressed</summary><ul>"
        for one in result.suppressed:
            yield f"<li>{_shown(one.issue.code)} at {_shown(one.issue.path)}: {_shown(one.reason)}</li>"
        yield "</ul></details>"
    yield "</section>"


def _issue(issue: Issue, result: Result, lines: list[str], values: bool) -> Iterator[str]:
    kind = level(issue)
    place = result.spot(issue)
    where = f"{place.line}:{place.column}" if place and place.line else ""
    here = place is not None and place.file == result.name  # a case has parts of it in other files
    where = where if here or not where else str(place)
    title = CATALOGUE[issue.code].title if issue.code in CATALOGUE else ""
    yield f'<article class="{kind}"><p><span class="level">{kind}</span> <span class="where">{where}</span> '
    yield f'<code title="{_shown(title)}">{_shown(issue.code)}</code></p>'
    found = f" – found <code>{_shown(issue.value)}</code>" if values and issue.value else ""
    yield f'<p>{_shown(issue.message)}{found}</p><p class="path">{_shown(issue.path)}</p>'
    if place and here and 0 < place.line <= len(lines):
        line, carets = excerpt(lines[place.line - 1], place.column, values, masking(result.name, result.text or ""))
        yield f"<pre>{_shown(line)}\n<i>{carets}</i></pre>"
    origin = "" if place is issue.origin else str(issue.origin or "")
    for label, said in (("Fix", issue.fix), ("Written at", origin), ("Demanded by", issue.definition)):
        if said:
            yield f"<p><b>{label}:</b> {_shown(said)}</p>"
    if (address := link(issue)).startswith(("http://", "https://")):
        yield f'<p><a href="{_shown(address)}" rel="noreferrer">{_shown(address)}</a></p>'
    yield "</article>"


def _shown(text: str) -> str:
    return escape(harmless(text))
