"""Versions of definitions, compared as HL7's validator compares them, and canonicals taken apart.

Versions are often semantic (https://semver.org), sometimes dates or plain numbers. Rules: org.hl7.fhir.core,
CanonicalResourceManager and VersionUtilities.
"""

from __future__ import annotations

import re

_SEMVER = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?", re.ASCII)
_WILD = re.compile(r"(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))*\.?\??(?:-[0-9A-Za-z.*-]+)?", re.ASCII)
_CHUNKS = re.compile(r"\d+|\D+", re.ASCII)

SortKey = tuple[object, ...]


def split(canonical: str) -> tuple[str, str]:
    """`url|version#fragment` as (url, version); "" where no version is given."""
    url, _, version = canonical.partition("|")
    return url.partition("#")[0], version.partition("#")[0]


def order(version: str) -> SortKey:
    """A key that sorts versions, oldest first: none, then semantic ones by their numbers, others in natural order.

    A label makes a version older than the release (`1.0.0-ballot` < `1.0.0`), numbers count as numbers (`1.10` > `1.9`).
    """
    if not version:
        return (0,)
    found = _SEMVER.fullmatch(version)
    if found is None:
        return (1, _natural(version))
    major, minor, patch, label, _ = found.groups()
    return (1, ((0, int(major)), (1, "."), (0, int(minor)), (1, "."), (0, int(patch or 0))),
            (0, _natural(label)) if label else (1,))  # fmt: skip


def _natural(text: str) -> SortKey:
    """Digits as numbers, the rest as text."""
    chunks: list[str] = _CHUNKS.findall(text)
    return tuple((0, int(one)) if one.isascii() and one.isdigit() and len(one) < 1000 else (1, one) for one in chunks)


def fits(version: str, asked: str) -> int:
    """How well `version` answers `asked`: 3 the same, 2 the same but for a label, 1 the same major.minor, 0 not.

    `asked` may have wildcards (`6.1.x`, `6.*`), which count 3. Where both have only major.minor in common, the asked one
    must be semantic and without label.
    """
    if version == asked:
        return 3
    have, want = _SEMVER.fullmatch(version), _SEMVER.fullmatch(asked)
    if want is None:
        return 3 if have and _wild(version, asked) else 0
    if have is None or have.group(1, 2) != want.group(1, 2):
        return 0
    if want.group(3) is None or (have.group(3) == want.group(3) and not want.group(4) and not want.group(5)):
        return 2
    return 0 if want.group(4) or want.group(5) else 1


def _wild(version: str, asked: str) -> bool:
    """`version` is one that the wildcards of `asked` stand for; `?` at the end takes what follows."""
    if not _WILD.fullmatch(asked) or not set(asked) & set("xX*?"):
        return False
    if asked.endswith("?"):
        return version.startswith(asked[:-1])
    numbers = version.partition("-")[0].partition("+")[0].split(".")
    parts = asked.partition("-")[0].split(".")
    if parts[-1] in ("x", "X", "*"):
        numbers = numbers[: len(parts)] if len(numbers) >= len(parts) else numbers
    if len(numbers) != len(parts):
        return False
    return all(want in ("x", "X", "*") or want == have for want, have in zip(parts, numbers, strict=True))
