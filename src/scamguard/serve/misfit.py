"""Misfit: why JSON has not the shape a route takes, without a word of it. What msgspec says quotes values and names as they were sent."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

_AT: Final = re.compile(r" - at `(\$(?:\.[a-z_]+|\[(?:\.\.\.|[0-9]+)\])*)`\Z")
_PLACE: Final = re.compile(r"\[[^\]]*\]")  # in a list
_OURS: Final = re.compile(
    r"Expected `[a-z |]+`(?: (?:[<>]=? [0-9.e+]+|of length [<>]=? [0-9]+))?(?:, got `[a-z]+`)?|Object missing required field `[a-z_]+`"
)


def told(error: str, shape: Any) -> str:  # noqa: ANN401 - a type
    """Say what a ``ValidationError`` says of JSON that should have been a ``shape``: the place, and what may stand there.

    >>> class Shape(msgspec.Struct, forbid_unknown_fields=True):
    ...     text: str
    >>> told("Object contains unknown field `hunter2`", Shape)
    '`$` has an unknown field; known: text'
    """
    found = _AT.search(error)
    path, said = (found[1], error[: found.start()]) if found else ("$", error)
    steps = [step for step in _PLACE.sub("", path.removeprefix("$")).split(".") if step]
    types = _reached(msgspec.inspect.type_info(shape), steps)
    if not types:  # a name that was sent imitates a place
        return "the body has another shape than this path takes; /openapi.json shows it"
    where = f" - at `{path}`" if found else ""
    if said.startswith("Invalid enum value"):
        return f"`{path}` is none of: {', '.join(_values(types))}"
    if said.startswith("Object contains unknown field"):
        return f"`{path}` has an unknown field; known: {', '.join(_names(types))}"
    return f"{said}{where}" if _OURS.fullmatch(said) else f"another kind of value is wanted{where}"


def _reached(kind: Any, steps: list[str]) -> list[Any]:  # noqa: ANN401 - of msgspec.inspect
    """Give the types that may stand at a place."""
    kinds = _flat(kind)
    for step in steps:
        fields = [field for each in kinds for field in getattr(each, "fields", ()) if field.encode_name == step]
        kinds = [flat for field in fields for flat in _flat(field.type)]
    return kinds


def _flat(kind: Any) -> list[Any]:  # noqa: ANN401
    """Take apart unions, lists and what only carries a description."""
    if isinstance(kind, msgspec.inspect.Metadata):
        return _flat(kind.type)
    if isinstance(kind, msgspec.inspect.UnionType):
        return [flat for each in kind.types for flat in _flat(each)]
    return [kind, *_flat(kind.item_type)] if isinstance(kind, msgspec.inspect.ListType) else [kind]


def _values(kinds: list[Any]) -> list[str]:
    return [str(value) for kind in kinds for value in getattr(kind, "values", ())]


def _names(kinds: list[Any]) -> list[str]:
    return [field.encode_name for kind in kinds for field in getattr(kind, "fields", ())]
