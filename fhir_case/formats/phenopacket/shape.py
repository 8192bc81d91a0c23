"""Messages within messages, laid flat for the lines of a mapping, and back.

A line owns one key of a message. Where a message only wraps another (`variantInterpretation`), the inner fields become
keys of the outer one, `variantInterpretation/variationDescriptor`; where two fields say one thing together, they become
one key. Both can be undone whatever stands in them.
"""

from __future__ import annotations

from fhir_case.json import Json

Message = dict[str, Json]


def flat(message: Message, *wrappers: str) -> Message:
    """The message with the fields of these wrappers as keys of its own; a wrapper that is empty stays."""
    if not any(wrapper in message for wrapper in wrappers) or any("/" in key for key in message):
        return message
    made: Message = {}
    for key, held in message.items():
        if key in wrappers and isinstance(held, dict) and held and not any("/" in inner for inner in held):
            made.update({f"{key}/{inner}": value for inner, value in held.items()})
        else:
            made[key] = held
    return made


def nested(message: Message) -> Message:
    """And back."""
    made: Message = {}
    for key, held in message.items():
        outer, slash, inner = key.partition("/")
        if slash:
            made.setdefault(outer, {})[inner] = held
        else:
            made[key] = held
    return made


def together(message: Message, name: str, *keys: str) -> Message:
    """The message with these fields as one, where it has any of them."""
    if name in message or not any(key in message for key in keys):
        return message
    made = {key: held for key, held in message.items() if key not in keys}
    made[name] = {key: message[key] for key in keys if key in message}
    return made


def apart(message: Message, name: str) -> Message:
    """And back."""
    if name not in message:
        return message
    made = {key: held for key, held in message.items() if key != name}
    return {**made, **message[name]}
