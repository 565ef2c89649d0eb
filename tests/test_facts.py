"""What is known of a link by its host alone is what is known of the whole link, wherever the path cannot matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.imitation import facts

HOSTS = [
    *("kraken.com", "www.kraken.com", "kraken-login.example", "krakken.com", "kraken.com.evil.example", "evil.example", "usps.top"),
    *("1.2.3.4", "t.me", "x.com", "bit.ly", "forms.gle", "www.facebook.com", "github.io", "pay.github.io", "docs.google.com"),
    *("reddit.com", "amazon.de", "xn--krken-ycb.com", "id7-wellsfargo.example", "urldefense.com", "s3.amazonaws.com", "a-b.co.uk"),
]
PIECES = [
    *("kraken", "support", "login", "Login", "sign", "in", "/", "-", "_", "kraken/login", "8", "a", "u", "r", "user"),
    *("verify-now", "okx.com", "v3/__"),
]
SIGNS = ["?to=https://okx.com/a", "#a", ".php", "%2F", "@evil.example", "?x=1", " ", "=//kraken.com/"]


paths = st.lists(st.sampled_from(PIECES + SIGNS), max_size=6).map("".join)


@given(st.sampled_from(HOSTS), paths, st.sampled_from(["https://", "http://", ""]))
def test_a_plain_path_changes_nothing(host: str, path: str, scheme: str) -> None:
    link = f"{scheme}{host}/{path}"
    assert facts.facts(link) == facts._facts(link)


@pytest.mark.parametrize("link", ["https://t.me/kraken_support", "https://bit.ly/kraken-login", "https://evil.example/coinbase/login"])
def test_whose_page_it_is_is_read(link: str) -> None:
    assert "link.lookalike" in facts.facts(link).alone


def test_links_of_one_host_are_judged_once() -> None:
    facts._facts.cache_clear()
    for n in range(100):
        facts.facts(f"https://one.of.many.example/{n}/a")
    assert facts._facts.cache_info().misses == 1
