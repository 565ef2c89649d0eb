"""Hypothesis strategies for messages as people and scammers write them, many scripts and disguises mixed."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

LATIN: Final = ["seed", "phrase", "Password", "KRAKEN", "a", "b", "c", "o", "I", "don't", "naïve", "ﬁle", "Straße", "Łódź"]
OTHER_SCRIPTS: Final = [
    "пароль", "Это", "а", "о", "їжа", "Ελλάδα", "σίγμα", "Հայ", "สวัสดี", "ลิงก์", "비밀번호", "코드", "키",
    "رمز", "می‌خواهم", "नमस्ते", "क्‍ष",
    "שלום", "ქართული",
]  # fmt: skip
HAN: Final = ["密码", "助記詞", "验证码", "請", "发", "给", "客服", "。", "，", "！", "？", "パスワード", "かな", "ー", "々", "𠮷"]
DISGUISED: Final = [
    "p4ssw0rd", "s33d", "1og1n", "wa11et", "phr4s3", "pа\u0441\u0441wоrd", "sееd", "ѕ33d", "p@ssw0rd",
    "ca$h", "ΑΒС", "s e e d", "p.a.s.s", "w-a-l-l",
    "密 码 是", "密*码", "码*是", "助|记|词", "비 밀 번 호", "ｆｕｌｌ", "𝐛𝐨𝐥𝐝", "ⓒⓞⓓⓔ", "🅂🄴🄴🄳", "ѕеnd",
    "비ㅁㅣㄹ번ㅎㅗ", "ㅂㅣㅁㅣㄹ", "ㅏ", "ㄹ", "ㅋㅋㅠㅠ", "\u1107\u1175", "\u11af", "й", "ё", "и\u0306",
    "비 밀 번 호를", "너 그 때 어디", "인.증.번.호", "パ・ス・ワ・ー・ド", "p★a★s★s", "密❤码❤是", "pa$$w0rd", "p@$$", "$$",
    "pass\u200bword", "密\u200b码", "se\u00aded", "住记词", "蜜码", "密吗", "驗正碼", "四月", "ﾊﾟｽﾜｰﾄﾞ", "送って、",
]  # fmt: skip
INVISIBLE: Final = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\u00ad", "\u202e", "\u0301", "\u3164"]
ADDRESSES: Final = [
    "https://kraken.example/login?x=1", "kraken-help.com", "site:evil.xyz/a", "www.a.co.uk.", "10.0.0.1",
    "1.2.3", "help@kraken.example", "a@b", "@admin_help",
    "@ab", "<@name>", "[link]", "<url>", "[链接]", "URL", "url", "x=https://a.b", "v1.2", "e.g.", "://",
    "..", "@", "#tag", "t.me/joinchat", "t․me", "a_b",
]  # fmt: skip
NUMBERS: Final = ["0", "7", "123456", "12,000.50", "10:30", "1-2", "3/4", "٣٤٥", "1234567890", "+1 402 555 0100", "½", "²", "5"]
SIGNS: Final = [
    ".",
    "...",
    "!",
    "!!!",
    "?",
    "⁇",
    "…",
    ",",
    ";",
    ":",
    "'",
    "’",
    '"',
    "“",
    "”",
    "-",
    "—",
    "_",
    "*",
    "|",
    "/",
    "~",
    "+",
    "(",
    ")",
    "[",
    "<",
    ">",
    "$",
    "^",
]
SPACES: Final = [" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u3000", "\u2028", "\0"]
PICTURES: Final = ["😀", "👩‍🚀", "❤️", "🇨🇳", "①", "№", "™", "℡", "ﷺ", "\ud800", "\udfff", "\ue000", "\U0010ffff"]

EVERYTHING: Final = [LATIN, OTHER_SCRIPTS, HAN, DISGUISED, INVISIBLE, ADDRESSES, NUMBERS, SIGNS, SPACES, PICTURES]

pieces = st.one_of([st.sampled_from(words) for words in EVERYTHING] + [st.characters(exclude_categories=())])
messages = st.lists(pieces | st.just(" "), max_size=14).map("".join)  # may hold lone surrogates: any str is a message
batches = st.lists(messages, max_size=6)
