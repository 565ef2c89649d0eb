"""A message that is piped in is read in its own encoding, the same by every command that takes one."""

from __future__ import annotations

import io
import sys

import pytest

from scamguard import feedback, reporting

GREEK = "Καλημέρα, στείλε μου τον κωδικό σου"


class Piped:
    """Standard input that holds these bytes."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"hello there", "hello there"),
        (b"", ""),
        (b"\xef\xbb\xbfhello", "hello"),
        ("hello there".encode("utf-16"), "hello there"),
        ("\ufeffhello there".encode("utf-16-be"), "hello there"),
        ("please send me the code now".encode("utf-16-le"), "please send me the code now"),
        (GREEK.encode(), GREEK),
        (GREEK.encode("utf-16"), GREEK),
        ("您好，我是客服，请把验证码发给我".encode("gb18030"), "您好，我是客服，请把验证码发给我"),
        ("grüße für dich".encode("cp1252"), "grüße für dich"),
        (b"a\r\n", "a"),
        ("a long enough line\r\n".encode("utf-16"), "a long enough line"),
        (b"a\n\n", "a\n"),
        (b"two\r\nlines", "two\r\nlines"),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
    ],
)
def test_what_is_piped_in_is_read_alike(raw: bytes, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for read in (reporting.read_text, lambda given: feedback._message(given, None, None)):
        monkeypatch.setattr(sys, "stdin", Piped(raw))
        assert read("-") == text


def test_what_is_given_as_an_argument_is_left_as_it_is() -> None:
    assert reporting.read_text("- a\r\n") == "- a\r\n"
    assert feedback._message("a\r\n", None, None) == "a\r\n"
