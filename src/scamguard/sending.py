"""Sending: a function that sends is wrapped so that each text is read before it goes out.

What it may give away is the reader's own secrets (``outgoing``); a program that passes on what others wrote can have it judged
as an incoming message as well. The text goes to the wrapped function, to the guard, and nowhere else.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping
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
    Asked = Callable[[Verdict], Awaitable[bool | None] | bool | None]
    Texts = str | Sequence[str] | None
    Thread = Sequence[str] | str | Callable[[], Sequence[str]]

P = ParamSpec("P")
R = TypeVar("R")

_TEXTS: Final = ("text", "message", "content", "body")  # how senders call what they send
_DIRECTIONS: Final = {"outgoing": ("outgoing",), "inbound": ("inbound",), "both": ("outgoing", "inbound")}
_MANY: Final = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
_log: Final = logging.getLogger("scamguard.sending")


@overload
def guarded(send: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def guarded(
    send: Callable[P, R], /, *, guard: Guard | None = ..., text: Texts = ..., direction: str = ..., thread: Thread = ...,
    warn: Told | None = ..., confirm: Asked | None = ..., block: Told | None = ..., override: bool = ...,
) -> Callable[P, R]: ...  # fmt: skip
@overload
def guarded(
    *, guard: Guard | None = ..., text: Texts = ..., direction: str = ..., thread: Thread = ...,
    warn: Told | None = ..., confirm: Asked | None = ..., block: Told | None = ..., override: bool = ...,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...  # fmt: skip
def guarded(  # noqa: PLR0913 - each is a choice of the caller, by name
    send: Callable[..., Any] | None = None,
    /,
    *,
    guard: Guard | None = None,
    text: Texts = None,
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
        The parameter of ``send`` that holds the text, or several, judged singly and together; nothing else is read then. By default
        every argument that is a ``str`` is read, and the first parameter called text, message, content or body, else the only one,
        must be one. ``None`` in it is nothing to check.
    direction
        "outgoing": the reader's own secrets; "inbound": does it ask others for theirs; "both".
    thread
        The messages before it, oldest first, for an outgoing text: a sequence (read at each call), a function that gives one,
        or the name of the parameter that holds one.
    warn
        Told the verdict of a text that is only likely; it is sent. Without this and ``confirm`` a line is logged, and it is sent.
    confirm
        Asked instead of ``warn``; the text is sent if the answer is ``True`` itself. ``False`` and ``None`` mean no; any other
        answer ("no" is true, too) is a mistake: it is told, and nothing is sent.
    block
        Told the verdict of a text that is blocked without a question, before MessageBlocked is raised.
    override
        Whether ``confirm`` may also let a text pass that would be blocked.

    Raises
    ------
    InputError
        At once: ``send`` is no function or has no parameter that must be the text, ``guard`` is none, ``override`` is neither True nor
        False, the thread is no sequence, a name is unknown or no ``str``, or a callback is none, or is async and ``send`` is not.
        From the wrapped function, which then has sent nothing: the text is not a ``str``, the thread no sequence of them, ``confirm``
        answered neither yes nor no, or a callback of a sync ``send`` wants to be awaited.
    MessageBlocked
        From the wrapped function: nothing was sent. It holds the verdict and not the text.
    """
    if not isinstance(guard, guards.Guard | None):
        raise InputError(f"guard is {type(guard).__name__}; give what scamguard.load() gives, or None")
    if not isinstance(override, bool):
        raise InputError(f"override is {override!r}; give True or False")
    if not callable(thread) and not isinstance(thread, str):
        _sequence(thread)
    if send is None:
        return partial(guarded, guard=guard, text=text, direction=direction, thread=thread, warn=warn, confirm=confirm, block=block,
                       override=override)  # fmt: skip
    if direction not in tuple(_DIRECTIONS):  # what cannot be hashed is none of them either
        raise InputError(unknown("direction", direction, _DIRECTIONS))
    signature = _signature(send)
    is_async = _is_async(send)
    for name, call in {"warn": warn, "confirm": confirm, "block": block}.items():
        _callback(name, call, send, is_async=is_async)
    if isinstance(thread, str):
        _known(send, signature, thread)
    check = _Check(signature, _texts(send, signature, text), text is None, _DIRECTIONS[direction], thread, guard)
    gate = _Gate(warn, confirm, block, override)
    return (_async if is_async else _sync)(send, check, gate)


def _sync(send: Callable[..., Any], check: _Check, gate: _Gate) -> Callable[..., Any]:
    @wraps(send)
    def sends(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - those of ``send``
        if (verdict := check(args, kwargs)) is not None:
            callback, goes = gate.route(verdict)
            answer = callback(verdict)
            if inspect.isawaitable(answer):
                raise _unawaited(answer, send)
            _settled(verdict, goes, answer)
        return send(*args, **kwargs)

    return sends


def _async(send: Callable[..., Any], check: _Check, gate: _Gate) -> Callable[..., Any]:
    @wraps(send)
    async def sends(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - those of ``send``
        if (verdict := await asyncio.to_thread(check, args, kwargs)) is not None:
            callback, goes = gate.route(verdict)
            answer = callback(verdict)
            _settled(verdict, goes, await answer if inspect.isawaitable(answer) else answer)
        return await send(*args, **kwargs)

    return sends


def _settled(verdict: Verdict, goes: bool | None, answer: object) -> None:  # noqa: FBT001 - as ``route`` gives it
    """Raise unless the text may be sent: that it may is settled already, or the answer is yes."""
    if goes is None and answer is not None and not isinstance(answer, bool):
        _closed(answer)
        raise InputError(f"confirm answered with {type(answer).__name__}; nothing was sent: answer True to send, False or None not to")
    if not (answer is True if goes is None else goes):
        raise MessageBlocked(verdict)


def _unawaited(answer: object, send: Callable[..., Any]) -> InputError:
    """Say that a callback cannot be waited for."""
    _closed(answer)
    return InputError(f"a callback of {_called(send)} wants to be awaited, so {_called(send)} must be async; nothing was sent")


def _closed(answer: object) -> None:
    """Close a coroutine that nobody will await, so that Python does not complain of it later."""
    if inspect.iscoroutine(answer):
        answer.close()


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
    """Finds the texts and the thread in a call, and judges them."""

    signature: inspect.Signature
    named: tuple[str, ...]  # parameters that must hold text
    every: bool  # whether all other arguments that are text are read, too
    directions: tuple[str, ...]
    thread: Thread
    guard: Guard | None

    def __call__(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Verdict | None:
        """Give the gravest verdict, or None if all texts may go."""
        call = self.signature.bind(*args, **kwargs)
        call.apply_defaults()
        texts = self._found(call.arguments)
        if not texts:
            return None
        guard = self.guard or _bundled()
        before = self._before(call.arguments) if "outgoing" in self.directions else ()
        verdicts = [
            guard.check(text, direction=direction, thread=before if direction == "outgoing" else ())
            for text in texts
            for direction in self.directions
        ]
        gravest = max(verdicts, key=lambda verdict: verdict.action)
        return None if gravest.action is Action.ALLOW else gravest

    def _found(self, arguments: dict[str, Any]) -> list[str]:
        for name in self.named:
            if not isinstance(arguments[name], str | None):
                kind = type(arguments[name]).__name__
                raise InputError(f"{name} is {kind}, not str; only text can be checked before it is sent")
        names = self.named if not self.every else [name for name in arguments if name != self.thread]
        values = (value for name in names for value in self._values(name, arguments[name]))
        texts = dict.fromkeys(value for value in values if isinstance(value, str))
        parts = [arguments[name] for name in self.named if arguments[name]]
        if len(parts) > 1:  # the subject names what the body holds
            texts["\n".join(parts)] = None
        return list(texts)

    def _values(self, name: str, value: Any) -> Iterable[Any]:  # noqa: ANN401 - an argument
        kind = self.signature.parameters[name].kind
        return (value,) if kind not in _MANY else value.values() if kind is inspect.Parameter.VAR_KEYWORD else value

    def _before(self, arguments: dict[str, Any]) -> Sequence[str]:
        thread = arguments[self.thread] if isinstance(self.thread, str) else self.thread
        before = _sequence(thread() if callable(thread) else thread)
        if strange := [type(item).__name__ for item in before if not isinstance(item, str)]:
            raise InputError(f"the thread holds {strange[0]}; each message before it is a str")
        return before


def _sequence(thread: object) -> list[Any]:
    """List the messages of a thread; what can be read but once would be empty at the next call."""
    if isinstance(thread, str | bytes | set | frozenset | Mapping | Iterator) or not isinstance(thread, Iterable | None):
        _closed(thread)
        raise InputError(f"the thread is {type(thread).__name__}; give a sequence of the messages before it, oldest first")
    return list(() if thread is None else thread)


def _signature(send: Callable[..., Any]) -> inspect.Signature:
    """Give the parameters of a function, which what stands above a method is not."""
    if isinstance(send, classmethod | staticmethod):
        kind = type(send).__name__
        raise InputError(f"{_called(send)} is a {kind} already: put @guarded below @{kind}, next to the function")
    if not callable(send):
        raise InputError(f"{type(send).__name__} is no function that could be guarded")
    try:
        return inspect.signature(send)
    except (TypeError, ValueError):
        raise InputError(f"{_called(send)} does not say what its parameters are: wrap it in a function of your own") from None


def _callback(name: str, call: object, send: Callable[..., Any], *, is_async: bool) -> None:
    """Refuse a callback that could not be called, or not be waited for."""
    if call is None:
        return
    if not callable(call):
        raise InputError(f"{name} is {type(call).__name__}, not a function that takes a verdict")
    if not is_async and _is_async(call):
        raise InputError(f"{name} is async, so {_called(send)} must be too")


def _texts(send: Callable[..., Any], signature: inspect.Signature, names: object) -> tuple[str, ...]:
    """Name the parameters that must hold text."""
    parameters = signature.parameters
    if names is not None:
        found = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str | bytes) else (names,)
        for name in found:
            _known(send, signature, name)
        if found:
            return found
    usual = [name for name in _TEXTS if name in parameters] or [name for name in parameters if len(parameters) == 1]
    if names is not None or not usual or parameters[usual[0]].kind in _MANY:
        raise InputError(f"{_called(send)}: say which parameter is the text, as text='…'; it has {', '.join(parameters) or 'none'}")
    return (usual[0],)


def _known(send: Callable[..., Any], signature: inspect.Signature, name: object) -> None:
    if not isinstance(name, str):
        raise InputError(f"{_called(send)}: a parameter is named by a str, not by {type(name).__name__}")
    if name not in signature.parameters:
        raise InputError(f"{_called(send)}: {unknown('parameter', name, signature.parameters)}")


def _called(send: Callable[..., Any]) -> str:
    return getattr(send, "__qualname__", type(send).__name__)


def _is_async(function: object) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(type(function), "__call__", None))  # noqa: B004


@cache
def _bundled() -> Guard:
    """Load the bundled model once for all guarded functions."""
    return guards.load()
