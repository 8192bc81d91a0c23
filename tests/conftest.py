"""The fixtures that every test may use, and the marks that follow from them."""

import os

import pytest
from hypothesis import Phase, settings
from servers import hapi, medplum, second_hapi, shared

__all__ = ["hapi", "medplum", "second_hapi", "shared"]

# CI runs the same examples each time, so that a change fails by its own fault; at a desk new ones are looked for. Making a
# failure small can take longer than all other tests, and a desk does it as well.
settings.register_profile("ci", derandomize=True, phases=(Phase.explicit, Phase.generate))
if os.environ.get("CI"):
    settings.load_profile("ci")

_MARKS = {"hapi": "java", "second_hapi": "java", "medplum": "node", "shared": "shared"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses a server is marked with what it needs; one process asks the servers, so that each is started once."""
    for item in items:
        needs = {_MARKS[name] for name in getattr(item, "fixturenames", ()) if name in _MARKS}
        for need in needs:
            item.add_marker(need)
        item.add_marker(pytest.mark.xdist_group("servers" if needs & {"java", "node"} else str(item.path)))
