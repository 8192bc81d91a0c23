"""A terminology that asks a server what cannot be decided here, one `$validate-code` a question, each asked once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from fhir_case.client import messages
from fhir_case.client.conversation import Conversation
from fhir_case.client.retry import Policy
from fhir_case.definitions import Definitions
from fhir_case.issues import Issue
from fhir_case.terminology import remote
from fhir_case.terminology.code_system import CodeSystem
from fhir_case.terminology.concept import Designation
from fhir_case.terminology.display import WrongDisplay
from fhir_case.terminology.remote import Answer, Question, Remote
from fhir_case.terminology.terminology import Terminology
from fhir_case.terminology.value_set import ValueSet

Ask = Callable[[Question], Answer]

PATIENCE = Policy(first=0.2, longest=2, budget=10, tries=3)
"""Many questions wait for one another: a server that fails at three of them is asked no more (`Remote`)."""

LARGEST = 1_000_000
"""Bytes of an answer that are read."""


class Asking(Terminology):
    """The terminology of `definitions`; what it cannot decide, the server at `base` is asked. Threads may share it."""

    def __init__(self, definitions: Definitions, base: str, client: Any = None) -> None:
        super().__init__(definitions)
        self._own, self._remote, self._client = Terminology(definitions), Remote(base), client
        self._talk = Conversation(base, retry=PATIENCE)
        self._wrapped_sets: dict[tuple[str, str], ValueSet] = {}
        self._wrapped_systems: dict[tuple[str, str, str], CodeSystem] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (Asking, (self._definitions, self._remote.base))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The note that the server is gone, if it is."""
        return self._remote.issues

    def value_set(self, canonical: str, near: str = "") -> ValueSet | None:
        """The value set; one that is not known here is asked about."""
        key = (canonical, near)
        if key not in self._wrapped_sets:
            self._wrapped_sets[key] = _Values(self._own.value_set(canonical, near), canonical, self._ask)
        return self._wrapped_sets[key]

    def code_system(self, url: str, version: str | None = None, near: str = "") -> CodeSystem | None:
        """The code system; one that is not known here is asked about."""
        key = (url, version or "", near)
        if key not in self._wrapped_systems:
            own = self._own.code_system(url, version, near)
            self._wrapped_systems[key] = _System(own, url, version or "", self._ask)
        return self._wrapped_systems[key]

    def of(self, resource: dict[str, Any]) -> ValueSet:
        """A value set that stands in a resource: no server knows it."""
        return self._own.of(resource)

    def _ask(self, question: Question) -> Answer:
        known = self._remote.known(question)
        if known is not None or self._remote.gone:
            return known or Answer(None)
        from fhir_case.client import drivers, wire

        if self._client is None:
            self._client = wire.sync_client(timeout=20)
        step = self._talk.around(_step(self._remote, question))
        return drivers.run(step, self._client, max_bytes=LARGEST)


def _step(server: Remote, question: Question) -> Generator[messages.Request, messages.Response, Answer]:
    """The question in the words of the client's drivers."""
    asking = server.validate(question)
    try:
        request = next(asking)
        while True:
            try:
                sent = messages.Request(request.method, request.url, (), dict(request.headers), request.body)
                answered = yield sent
                response: remote.Response | None = remote.Response(answered.status, answered.body)
            except messages.NoAnswerError:
                response = None
            request = asking.send(response)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


class _Values(ValueSet):
    """A value set whose undecided codes are asked about."""

    def __init__(self, own: ValueSet | None, canonical: str, ask: Ask) -> None:
        unknown = ValueSet({"url": canonical.partition("|")[0]}, why=f"the value set {canonical} is not known here")
        self.__dict__.update((own or unknown).__dict__)
        self._whole, self._canonical, self._ask = own or unknown, canonical, ask

    def contains(self, system: str | None, code: str, version: str | None = None) -> bool | None:
        """Is this code in the set? None where the server does not say either."""
        verdict = self._whole.contains(system, code, version)
        if verdict is not None or system == "":
            return verdict
        return self._ask(Question(code, system or "", version or "", value_set=self._canonical)).result


class _System(CodeSystem):
    """A code system whose undecided codes are asked about."""

    def __init__(self, own: CodeSystem | None, url: str, version: str, ask: Ask) -> None:
        whole = own or CodeSystem({"url": url, "content": "not-present"})
        self.__dict__.update(whole.__dict__)
        self._whole, self._asked_version, self._ask = whole, version, ask

    def contains(self, code: str) -> bool | None:
        """Is this one of its codes? None where the server does not say either."""
        verdict = self._whole.contains(code)
        return verdict if verdict is not None else self._ask(Question(code, self.url, self._asked_version)).result

    def check_display(
        self, code: str, display: str, languages: Sequence[str] = (), also: Iterable[Designation] = ()
    ) -> WrongDisplay | None:
        """What is wrong with the display of a code, by the names that are here or else by the server's word."""
        if self._whole.names(code) or self._whole.contains(code) is not None:
            return self._whole.check_display(code, display, languages, also)
        if any(one.value == display for one in also):
            return None
        answer = self._ask(Question(code, self.url, self._asked_version, display))
        wrong = answer.result is False and answer.display and answer.display != display
        return WrongDisplay("wrong", (answer.display,), answer.display) if wrong else None
