"""Sending: a function that sends is wrapped so that each text is read before it goes out.

What it may give away is the reader's own secrets (``outgoing``); a program that passes on what others wrote can have it judged
as an incoming message as well. The text goes to the wrapped function, to the guard, and nowhere else.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, overload

from . import guard as guards
from .errors import InputError, MessageBlocked, unknown
from .verdict import Action

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from .guard import Guard
    from .verdict import Verdict

    Told = Callable[[Verdict], Awaitable[object] | object]
    Asked = Callable[[Verdict], Awaitable[bool] | bool]
    Thread = Sequence[str] | str | Callable[[], Sequence[str]]

P = ParamSpec("P")
R = TypeVar("R")

_TEXTS: Final = ("text", "message", "content", "body")  # how senders call what they send
_DIRECTIONS: Final = {"outgoing": ("outgoing",), "inbound": ("inbound",), "both": ("outgoing", "inbound")}
_SEVERITY: Final = {action: place for place, action in enumerate(Action)}
_log: Final = logging.getLogger("scamguard.sending")


@overload
def guarded(send: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def guarded(
    send: Callable[P, R], /, *, guard: Guard | None = ..., text: str | None = ..., direction: str = ..., thread: Thread = ...,
    warn: Told | None = ..., confirm: Asked | None = ..., block: Told | None = ..., override: bool = ...,
) -> Callable[P, R]: ...  # fmt: skip
@overload
def guarded(
    *, guard: Guard | None = ..., text: str | None = ..., direction: str = ..., thread: Thread = ...,
    warn: Told | None = ..., confirm: Asked | None = ..., block: Told | None = ..., override: bool = ...,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...  # fmt: skip
def guarded(  # noqa: PLR0913 - each is a choice of the caller, by name
    send: Callable[..., Any] | None = None,
    /,
    *,
    guard: Guard | None = None,
    text: str | None = None,
    direction: str = "outgoing",
    thread: Thread = (),
    warn: Told | None = None,
    confirm: Asked | None = None,
    block: Told | None = None,
    override: bool = False,
) -> Callable[..., Any]:
    """Wrap a function that sends, sync or async, so that it sends only what may go out.

    Use it as a call, ``send = guarded(send)``, or above a definition, ``@guarded`` or ``@guarded(confirm=ask)``.

    Parameters
    ----------
    guard
        A loaded guard; the bundled model is loaded at the first text otherwise.
    text
        The parameter of ``send`` that holds the text. By default the one called text, message, content or body, else its only one.
        ``None`` in it is nothing to check.
    direction
        "outgoing": the reader's own secrets; "inbound": does it ask others for theirs; "both".
    thread
        The messages before it, oldest first, for an outgoing text: a sequence (read at each call), a function that gives one,
        or the name of the parameter that holds one.
    warn
        Told the verdict of a text that is only likely; it is sent. Without this and ``confirm`` a line is logged, and it is sent.
    confirm
        Asked instead of ``warn``; the text is sent if the answer is true.
    block
        Told the verdict of a text that is blocked without a question, before MessageBlocked is raised.
    override
        Whether ``confirm`` may also let a text pass that would be blocked.

    Raises
    ------
    InputError
        At once: ``send`` has no parameter that must be the text, a name is unknown, or a callback is async and ``send`` is not.
        From the wrapped function: the text is not a ``str``.
    MessageBlocked
        From the wrapped function: nothing was sent. It holds the verdict and not the text.
    """
    if send is None:
        return partial(guarded, guard=guard, text=text, direction=direction, thread=thread, warn=warn, confirm=confirm, block=block,
                       override=override)  # fmt: skip
    if direction not in _DIRECTIONS:
        raise InputError(unknown("direction", direction, _DIRECTIONS))
    is_async = _is_async(send)
    callbacks = {"warn": warn, "confirm": confirm, "block": block}
    if not is_async and (waiting := [name for name, call in callbacks.items() if call is not None and _is_async(call)]):
        raise InputError(f"{waiting[0]} is async, so {_called(send)} must be too")
    if isinstance(thread, str):
        _parameter(send, thread)
    check = _Check(inspect.signature(send), _parameter(send, text), _DIRECTIONS[direction], thread, guard)
    gate = _Gate(warn, confirm, block, override)
    return (_async if is_async else _sync)(send, check, gate)


def _sync(send: Callable[..., Any], check: _Check, gate: _Gate) -> Callable[..., Any]:
    @wraps(send)
    def sends(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - those of ``send``
        if (verdict := check(args, kwargs)) is not None:
            callback, goes = gate.route(verdict)
            answer = callback(verdict)
            if not (answer if goes is None else goes):
                raise MessageBlocked(verdict)
        return send(*args, **kwargs)

    return sends


def _async(send: Callable[..., Any], check: _Check, gate: _Gate) -> Callable[..., Any]:
    @wraps(send)
    async def sends(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - those of ``send``
        if (verdict := await asyncio.to_thread(check, args, kwargs)) is not None:
            callback, goes = gate.route(verdict)
            answer = callback(verdict)
            if inspect.isawaitable(answer):
                answer = await answer
            if not (answer if goes is None else goes):
                raise MessageBlocked(verdict)
        return await send(*args, **kwargs)

    return sends


@dataclass(frozen=True, slots=True)
class _Gate:
    """Whom to call about a verdict that is not "allow"."""

    warn: Told | None
    confirm: Asked | None
    block: Told | None
    override: bool

    def route(self, verdict: Verdict) -> tuple[Callable[[Verdict], Any], bool | None]:
        """Give the callback, and whether the text is sent after it; None: as it answers."""
        blocked = verdict.action is Action.BLOCK
        if self.confirm is not None and (self.override or not blocked):
            return self.confirm, None
        if blocked:
            return self.block or _untold, False
        return self.warn or _logged, True


def _untold(verdict: Verdict) -> None:
    """Tell nobody: the exception says it."""


def _logged(verdict: Verdict) -> None:
    _log.warning("sent all the same: %s", verdict.kind.replace("_", " ") or "suspicious")


@dataclass(frozen=True, slots=True)
class _Check:
    """Finds the text and the thread in a call, and judges them."""

    signature: inspect.Signature
    text: str
    directions: tuple[str, ...]
    thread: Thread
    guard: Guard | None

    def __call__(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Verdict | None:
        """Give the gravest verdict, or None if the text may go."""
        call = self.signature.bind(*args, **kwargs)
        call.apply_defaults()
        text = call.arguments[self.text]
        if text is None:
            return None
        if not isinstance(text, str):
            raise InputError(f"{self.text} is {type(text).__name__}, not str; only text can be checked before it is sent")
        guard = self.guard or _bundled()
        verdicts = [
            guard.check(text, direction=direction, thread=self._before(call.arguments) if direction == "outgoing" else ())
            for direction in self.directions
        ]
        gravest = max(verdicts, key=lambda verdict: _SEVERITY[verdict.action])
        return None if gravest.action is Action.ALLOW else gravest

    def _before(self, arguments: dict[str, Any]) -> Sequence[str]:
        thread = arguments[self.thread] if isinstance(self.thread, str) else self.thread
        return list((thread() if callable(thread) else thread) or ())


def _parameter(send: Callable[..., Any], name: str | None) -> str:
    """Name the parameter that holds the text."""
    parameters = inspect.signature(send).parameters
    if name is not None:
        if name not in parameters:
            raise InputError(f"{_called(send)}: {unknown('parameter', name, parameters)}")
        return name
    found = next((usual for usual in _TEXTS if usual in parameters), None)
    if found is None and len(parameters) == 1:
        found = next(iter(parameters))
    if found is None or parameters[found].kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        raise InputError(f"{_called(send)}: say which parameter is the text, as text='…'; it has {', '.join(parameters) or 'none'}")
    return found


def _called(send: Callable[..., Any]) -> str:
    return getattr(send, "__qualname__", type(send).__name__)


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(type(function), "__call__", None))  # noqa: B004


@cache
def _bundled() -> Guard:
    """Load the bundled model once for all guarded functions."""
    return guards.load()
