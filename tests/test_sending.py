"""Guarded functions: what may go out goes out unchanged, what may not raises, and nothing repeats the text."""

from __future__ import annotations

import asyncio
import functools
import logging
import pickle
import traceback
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import scamguard
from scamguard import InputError, MessageBlocked, guarded

from .chatting import ADVISORY, SCAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard
    from scamguard.verdict import Verdict

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"  # BIP-39's own example, a warning
CODE = "it's 482913"  # in an answer to somebody who asks for a code
ASKED = ["Support here. Which code did you just get?"]


@pytest.fixture
def sent() -> list[str]:
    return []


def test_what_may_go_out_goes_out_unchanged(guard: Guard, sent: list[str]) -> None:
    @guarded(guard=guard)
    def send(text: str, *, loud: bool = False) -> int:
        """Send."""
        sent.append(text)
        return 7 + loud

    assert send("see you at 7", loud=True) == 8
    assert sent == ["see you at 7"]
    assert (send.__name__, send.__doc__) == ("send", "Send.")


def test_a_secret_is_not_sent_and_not_told(guard: Guard, sent: list[str]) -> None:
    send = guarded(sent.append, guard=guard, thread=ASKED)
    with pytest.raises(MessageBlocked) as caught:
        send(CODE)
    assert sent == []
    assert caught.value.verdict.asks == ("2fa_code",)
    assert str(caught.value) == "not sent: own secret (2fa code); .verdict says why"
    told = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value) + repr(vars(caught.value))
    assert "482913" not in told
    assert isinstance(caught.value, scamguard.ScamguardError)


def test_async_functions_stay_async(guard: Guard, sent: list[str]) -> None:
    asked: list[str] = []

    async def confirm(verdict: Verdict) -> bool:
        asked.append(verdict.kind)
        return False

    @guarded(guard=guard, thread=lambda: ASKED, confirm=confirm, override=True)
    async def send(chat: int, content: str | None = None) -> str:
        await asyncio.sleep(0)
        sent.append(content or "")
        return f"to {chat}"

    assert asyncio.run(send(1, "see you at 7")) == "to 1"
    assert asyncio.run(send(1)) == "to 1", "no text is nothing to check"
    with pytest.raises(MessageBlocked):
        asyncio.run(send(1, content=CODE))
    assert sent == ["see you at 7", ""]
    assert asked == ["own_secret"]


@pytest.mark.parametrize("answer", [True, False])
def test_confirm_is_asked_about_what_is_likely(guard: Guard, sent: list[str], answer: bool) -> None:
    said: list[str] = []

    def confirm(verdict: Verdict) -> bool:
        said.append(str(verdict.action))
        return answer

    send = guarded(sent.append, guard=guard, confirm=confirm)
    if answer:
        send(PHRASE)
    else:
        with pytest.raises(MessageBlocked):
            send(PHRASE)
    assert said == ["warn"]
    assert sent == [PHRASE] * answer


def test_warn_is_told_and_the_text_goes(guard: Guard, sent: list[str], caplog: pytest.LogCaptureFixture) -> None:
    said: list[Verdict] = []
    guarded(sent.append, guard=guard, warn=said.append)(PHRASE)
    assert (len(said), sent) == (1, [PHRASE])
    with caplog.at_level(logging.WARNING):
        guarded(sent.append, guard=guard)(PHRASE)
    assert caplog.messages == ["sent all the same: own secret"]


def test_block_is_told_and_confirm_overrides_only_where_it_may(guard: Guard, sent: list[str]) -> None:
    said: list[Verdict] = []
    strict = guarded(sent.append, guard=guard, thread=ASKED, confirm=lambda _: True, block=said.append)
    with pytest.raises(MessageBlocked):
        strict(CODE)
    assert (len(said), sent) == (1, [])
    guarded(sent.append, guard=guard, thread=ASKED, confirm=lambda _: True, override=True)(CODE)
    assert sent == [CODE]


def test_inbound_and_both_judge_what_others_wrote(guard: Guard, sent: list[str]) -> None:
    guarded(sent.append, guard=guard)(SCAM)
    assert sent == [SCAM], "outgoing alone looks for secrets, not for scams"
    for direction in ("inbound", "both"):
        relay = guarded(sent.append, guard=guard, direction=direction)
        with pytest.raises(MessageBlocked, match="credential request"):
            relay(SCAM)
        relay(ADVISORY)
    assert len(sent) == 3
    with pytest.raises(MessageBlocked, match="own secret"):
        guarded(sent.append, guard=guard, direction="both", thread=ASKED)(CODE)


def test_thread_may_be_a_parameter(guard: Guard) -> None:
    @guarded(guard=guard, thread="history", text="words")
    def send(words: str, history: list[str]) -> str:
        return words

    assert send("it's 482913 pieces", []) == "it's 482913 pieces"
    with pytest.raises(MessageBlocked):
        send(CODE, ASKED)


def test_methods_partials_and_callable_objects(guard: Guard, sent: list[str]) -> None:
    class Chat:
        @guarded(guard=guard, thread=ASKED)
        def send(self, text: str) -> None:
            sent.append(text)

    class Sender:
        async def __call__(self, message: str) -> None:
            sent.append(message)

    def to(chat: str, text: str) -> None:
        sent.append(chat + text)

    Chat().send("hi")
    guarded(functools.partial(to, "mia: "), guard=guard)("hi")
    asyncio.run(guarded(Sender(), guard=guard)("hi"))
    assert sent == ["hi", "mia: hi", "hi"]
    with pytest.raises(MessageBlocked):
        Chat().send(CODE)


def _two(chat: str, words: str) -> None:
    """Stand for a function whose text has an unusual name."""


def _any(*args: Any, **kwargs: Any) -> None:
    """Stand for a function that takes anything."""


async def _coroutine(_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("send", "options", "said"),
    [
        (_two, {}, r"_two: say which parameter is the text, as text='…'; it has chat, words"),
        (_any, {}, "_any: say which parameter is the text"),
        (_two, {"text": "wrods"}, "_two: unknown parameter 'wrods'; known: chat, words"),
        (_two, {"text": "words", "thread": "past"}, "unknown parameter 'past'"),
        (_two, {"text": "words", "direction": "up"}, "unknown direction 'up'; known: both, inbound, outgoing"),
        (_two, {"text": "words", "confirm": _coroutine}, "confirm is async, so _two must be too"),
        (_two, {"text": ("words", "wrods")}, "_two: unknown parameter 'wrods'"),
        (_two, {"text": ()}, "_two: say which parameter is the text"),
        (_two, {"text": 5}, "_two: a parameter is named by a str, not by int"),
        (_two, {"text": b"words"}, "_two: a parameter is named by a str, not by bytes"),
        (_two, {"text": ["words", ["chat"]]}, "_two: a parameter is named by a str, not by list"),
        (_two, {"text": "words", "confirm": True}, "confirm is bool, not a function that takes a verdict"),
        (5, {}, "int is no function that could be guarded"),
        (classmethod(_any), {}, "_any is a classmethod already: put @guarded below @classmethod"),
        (staticmethod(_two), {}, "_two is a staticmethod already: put @guarded below @staticmethod"),
        (dict, {}, "dict does not say what its parameters are"),
    ],
)
def test_mistakes_are_told_at_once(send: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        guarded(send, **options)


def test_a_guard_that_is_none_is_told_at_once() -> None:
    with pytest.raises(InputError, match="guard is str; give what"):
        guarded(guard="x")  # type: ignore[call-overload]


def later(answer: object) -> Any:
    """Give what a forgotten ``await`` leaves."""

    async def coroutine() -> object:
        return answer

    return coroutine()


@pytest.mark.parametrize("name", ["confirm", "warn", "block"])
def test_an_answer_that_wants_to_be_awaited_sends_nothing(guard: Guard, sent: list[str], name: str) -> None:
    options: dict[str, Any] = {name: lambda _: later(answer=False), "override": True}
    with pytest.raises(InputError, match=r"wants to be awaited, so .*append must be async; nothing was sent"):
        guarded(sent.append, guard=guard, thread=ASKED, **options)(PHRASE if name == "warn" else CODE)
    assert sent == []


@pytest.mark.parametrize("answer", ["no", "yes", 1, 0, "", [], object()])
def test_only_true_is_yes(guard: Guard, sent: list[str], answer: object) -> None:
    send = guarded(sent.append, guard=guard, confirm=lambda _: answer)  # type: ignore[arg-type,return-value] # what callers do

    @guarded(guard=guard, confirm=lambda _: later(answer))
    async def asend(text: str) -> None:
        sent.append(text)

    with pytest.raises(InputError, match=f"confirm answered with {type(answer).__name__}; nothing was sent"):
        send(PHRASE)
    with pytest.raises(InputError, match="nothing was sent"):
        asyncio.run(asend(PHRASE))
    assert sent == []


def test_no_answer_is_no(guard: Guard, sent: list[str]) -> None:
    with pytest.raises(MessageBlocked):
        guarded(sent.append, guard=guard, confirm=lambda _: None)(PHRASE)
    with pytest.raises(InputError, match="confirm answered with coroutine"):
        asyncio.run(_twice(guard, sent))
    assert sent == []


async def _twice(guard: Guard, sent: list[str]) -> None:
    @guarded(guard=guard, confirm=lambda _: later(later(answer=True)))
    async def send(text: str) -> None:
        sent.append(text)

    await send(PHRASE)


def test_every_argument_that_is_text_is_read(guard: Guard, sent: list[str]) -> None:
    @guarded(guard=guard, thread=ASKED)
    def send(content: str, *more: str, body: str | None = None, **others: object) -> None:
        sent.append(content)

    send("hi", "there", body="see you at 7", priority=3)
    for args, kwargs in (((CODE,), {}), (("hi", CODE), {}), (("hi",), {"body": CODE}), (("hi",), {"subject": CODE})):
        with pytest.raises(MessageBlocked):
            send(*args, **kwargs)
    assert sent == ["hi"]


def test_parameters_that_are_named_are_read_and_no_others(guard: Guard, sent: list[str]) -> None:
    def send(subject: str, body: str, token: str = "") -> None:
        sent.append(body)

    named = guarded(send, guard=guard, thread=ASKED, text=("subject", "body"))
    named("hi", "hi", CODE)
    for words in (("hi", CODE), (CODE, "hi")):
        with pytest.raises(MessageBlocked):
            named(*words)
    guarded(send, guard=guard, thread=ASKED, text="body")(CODE, "hi")
    assert sent == ["hi", "hi"]


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        (lambda: "send me the code", "the thread is str; give a sequence"),
        (lambda: later([]), "the thread is coroutine; give a sequence"),
        (lambda: 3, "the thread is int"),
        ({"hi"}, "the thread is set"),
        ({"hi": "code"}, "the thread is dict"),
        (lambda: iter(ASKED), "the thread is list_iterator"),
        ([None], "the thread holds NoneType"),
        (["hi", b"code"], "the thread holds bytes"),
    ],
)
def test_a_thread_is_a_sequence_of_messages(guard: Guard, sent: list[str], thread: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        guarded(sent.append, guard=guard, thread=thread)(CODE)
    assert sent == []


@pytest.mark.parametrize("thread", [iter(ASKED), (earlier for earlier in ASKED), map(str, ASKED), 5, b"code", {"hi"}])
def test_a_thread_that_could_be_read_but_once_is_told_at_once(guard: Guard, thread: Any) -> None:
    with pytest.raises(InputError, match=r"the thread is \w+; give a sequence of the messages before it"):
        guarded(guard=guard, thread=thread)


@pytest.mark.parametrize("kind", [list, tuple, deque, lambda rows: dict.fromkeys(rows).keys(), np.array])
def test_a_thread_protects_at_every_call(guard: Guard, kind: Any) -> None:
    send = guarded(lambda text: text, guard=guard, thread=kind(ASKED))
    for _ in range(2):
        with pytest.raises(MessageBlocked):
            send(CODE)


def test_a_thread_that_grows_is_read_at_each_call(guard: Guard) -> None:
    history: list[str] = []
    send = guarded(lambda text: text, guard=guard, thread=history)
    assert send("it's 482913 pieces") == "it's 482913 pieces"
    history += ASKED
    with pytest.raises(MessageBlocked):
        send(CODE)


def test_an_argument_that_is_an_iterator_is_not_used_up(guard: Guard, sent: list[str]) -> None:
    @guarded(guard=guard, thread="before")
    def send(text: str, before: Iterator[str]) -> None:
        sent.extend([text, *before])

    history = iter(ASKED)
    with pytest.raises(InputError, match="the thread is list_iterator"):
        send(CODE, history)
    assert (sent, list(history)) == ([], ASKED)


@pytest.mark.parametrize("value", ["False", "", 0, 1, None, [], np.True_])
def test_override_is_true_or_false(guard: Guard, value: Any) -> None:
    with pytest.raises(InputError, match=r"^override is .*; give True or False$"):
        guarded(guard=guard, override=value)


def test_several_texts_are_judged_together_as_well(guard: Guard, sent: list[str]) -> None:
    @guarded(guard=guard, text=("subject", "body"))
    def send(subject: str | None, body: str | None, to: str) -> None:
        sent.append(f"{subject}{body}{to}")

    with pytest.raises(MessageBlocked):
        send("my verification code", "482913", "ann")
    send("my order", "482913", "ann")
    send("482913", None, "my verification code")  # what is no text of the message names nothing in it
    assert sent == ["my order482913ann", "482913Nonemy verification code"]


def test_only_text_can_be_checked(guard: Guard) -> None:
    with pytest.raises(InputError, match="text is bytes, not str"):
        guarded(lambda text: text, guard=guard)(b"secret bytes")


def test_the_bundled_guard_is_loaded_when_needed(monkeypatch: pytest.MonkeyPatch, guard: Guard) -> None:
    loads: list[int] = []
    from scamguard import guard as guards  # noqa: PLC0415 - to reach the loader
    from scamguard import sending  # noqa: PLC0415

    def load() -> Guard:
        loads.append(1)
        return guard

    monkeypatch.setattr(guards, "load", load)
    sending._bundled.cache_clear()
    send = guarded(lambda text: text)
    assert loads == []
    assert (send("a"), send("b"), loads) == ("a", "b", [1])
    sending._bundled.cache_clear()


def test_the_exception_travels_between_processes(guard: Guard) -> None:
    error = MessageBlocked(guard.check(SCAM))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(again), again.verdict) == (str(error), error.verdict)
