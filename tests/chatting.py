"""What the tests of the adapters share: messages, and a moderator by rules."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from scamguard.chat import Moderator, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socketserver import BaseServer

    from scamguard.guard import Guard

Server = TypeVar("Server", bound="BaseServer")

SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
SCAM_ZH = "您好，我是币安客服，您的账户已被冻结，请把助记词发给我核对"
ADVISORY = "Kraken never asks for your seed phrase. Do not send it to anyone."


def moderator(guard: Guard, **rules: Any) -> Moderator:
    """Make a moderator with time to spare."""
    return Moderator(guard, Rules(**{"budget": 30.0, **rules}))


@contextmanager
def served(server: Server) -> Iterator[Server]:
    """Let a stand-in for a platform answer on loopback."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quotes(text: str, said: str) -> bool:
    """Say whether ``said`` repeats any five words in a row of ``text``."""
    words = text.split()
    return any(" ".join(words[i : i + 5]) in said for i in range(max(1, len(words) - 4)))


def likely(guard: Guard) -> str:
    """Find a message that is warned of and not blocked, alone or under a subject, whatever the thresholds of the bundled model are."""
    ways = ((text, f"hello\n\n{text}") for text in _DOUBTFUL)
    found = next((text for text, mailed in ways if {guard.check(text).action, guard.check(mailed).action} == {"warn"}), None)
    assert found is not None, "none of the doubtful messages is warned of any more; add some"
    return found


_DOUBTFUL = (
    "Hello dear, I am with the support team. Could you tell me what the problem with your wallet is?",
    "Hi, please contact our help desk on WhatsApp about your account",
    "Hello dear, I am with the wallet support team. Please tell me what the problem is in a private chat",
    "Please contact our help desk in private about your account, we are on WhatsApp and Telegram",
    "Good morning, please write to our colleague on Telegram, he looks after accounts like yours",
    "Hello, support here. Please message me in private about your wallet",
)
