"""The fixtures that every test may use, and the marks that follow from them."""

import pytest
from servers import hapi, medplum, shared

__all__ = ["hapi", "medplum", "shared"]

_MARKS = {"hapi": "java", "medplum": "node", "shared": "shared"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses a server is marked with what it needs."""
    for item in items:
        for name in getattr(item, "fixturenames", ()):
            if name in _MARKS:
                item.add_marker(_MARKS[name])
