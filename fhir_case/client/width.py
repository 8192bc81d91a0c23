"""How many requests are under way at once: more as the server answers, half as many when it says that it is too much."""

from __future__ import annotations

from threading import Lock

TOO_MUCH = frozenset({408, 429, 503, 504})


class Width:
    """Additive increase, multiplicative decrease (https://www.rfc-editor.org/rfc/rfc5681#section-3.1), between 1 and `most`.

    It starts in full: `most` is what its user thinks the server can take.
    """

    def __init__(self, most: int, *, adaptive: bool = True) -> None:
        self.most, self.adaptive = max(1, most), adaptive
        self._width = float(self.most)
        self._lock = Lock()

    @property
    def now(self) -> int:
        """How many may be under way."""
        return int(self._width)

    def note(self, status: int | None) -> None:
        """An answer came with this status; None: none came."""
        if not self.adaptive:
            return
        with self._lock:
            if status is None or status in TOO_MUCH:
                self._width = max(1.0, self._width / 2)
            else:
                self._width = min(float(self.most), self._width + 1 / self._width)
