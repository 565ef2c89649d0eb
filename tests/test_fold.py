"""The fold agrees with its readable twin, keeps its promises, and leaves honest text as it is."""

from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from scamguard import kinds
from scamguard.columns import TextBatch, pack
from scamguard.fold import Folded, _survey, fold

from . import alphabets
from .twins import fold as twin

if TYPE_CHECKING:
    from collections.abc import Sequence

LINK, EMAIL, HANDLE = map(chr, (kinds.LINK, kinds.EMAIL, kinds.HANDLE))
rough = st.binary(max_size=12) | alphabets.messages.map(lambda text: text.encode("utf-8", "surrogatepass"))


def packed(raws: Sequence[bytes]) -> TextBatch:
    """Pack bytes that need not be UTF-8."""
    return TextBatch(np.frombuffer(b"".join(raws), np.uint8), np.cumsum([0, *map(len, raws)], dtype=np.int64))


def cells(folded: Folded, n: int) -> list[tuple[str, int, int]]:
    """Read message ``n`` as ``(character, kind and marks, origin)``."""
    part = slice(folded.starts[n], folded.starts[n + 1])
    columns = (folded.codes[part].tolist(), folded.kinds[part].tolist(), folded.origin[part].tolist())
    return [(chr(code), kind, origin) for code, kind, origin in zip(*columns, strict=True)]


def cells_of_twin(raw: bytes) -> list[tuple[str, int, int]]:
    """Fold a message as the twin does, and read it so."""
    return [(cell.char, cell.marked, cell.origin) for cell in twin.fold(raw)]


def folded(text: str) -> str:
    """Fold one message and read it back."""
    return "".join(char for char, _, _ in cells(fold(pack([text])), 0))


def undone(text: str) -> str:
    """Give the folded characters that were disguised."""
    return "".join(char for char, kind, _ in cells(fold(pack([text])), 0) if kind & kinds.UNDONE)


def ends(text: str, mark: str) -> int:
    """Give the kind of the only ``mark`` in the folded text."""
    [kind] = [kind for char, kind, _ in cells(fold(pack([text])), 0) if char == mark]
    return kind & kinds.KIND


@given(st.lists(rough, max_size=6))
@example([b"write to @support_desk", b"> a quoted reply"])
@example(["密*码 是 的".encode(), "你*好，密*码 是 的".encode()])
@example([b"[lil\xc2\xa9] <lil\xc2\xa9>"])
@example(["ѕ33d sее3d".encode()])
@example(["s e n d  비 밀 m e".encode()])
@example([b"plese", b"PLESE sedn yoour verifcation, adress coode pasword", "парль密码walet".encode(), b"plese" * 3 + b" plese"])
def test_fold_equals_its_twin(raws: list[bytes]) -> None:
    fast = fold(packed(raws))
    want = list(map(cells_of_twin, raws))
    event("disguise undone" if any(kind & kinds.UNDONE for message in want for _, kind, _ in message) else "nothing disguised")
    event("address" if any(kind == kinds.TOKEN for message in want for _, kind, _ in message) else "no address")
    assert [cells(fast, n) for n in range(len(raws))] == want


@pytest.mark.parametrize("first", [0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF])
def test_bytes_are_characters_or_stray(first: int) -> None:
    """Too long a form, beyond the last code point, cut short: at both sides of each bound."""
    second, later = b"\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0", b"\x7f\x80\xbf\xc0"
    raws = [bytes([first, *rest]) for many in range(4) for rest in itertools.product(*[second, later, later][:many])]
    fast = fold(packed(raws))
    assert [cells(fast, n) for n in range(len(raws))] == list(map(cells_of_twin, raws))


def test_a_sound_mark_goes_on_every_kana_that_takes_one() -> None:
    texts = [chr(kana) + mark for kana in range(0x303E, 0x3102) for mark in "\u3099\u309a"] + ["\u3099", "\u309aか"]
    fast = fold(pack(texts))
    assert [cells(fast, n) for n in range(len(texts))] == [cells_of_twin(text.encode()) for text in texts]


@pytest.mark.parametrize(
    ("want", "texts"),
    [
        ([], ["", "so it goes: we met at noon, and 12 of us (all) went home. {no} ^more+", "we were 12", "бв гд", "12 34 5", "é à"]),
        (["addresses"], ["[", "<", ":/", ".a", ".z", ".0", ".9", ".-", "._", "url", "a curl"]),
        ([], ["all", "xrl", "uxl", ": /", "a/b", "a:b", "u", "ur", "ul", "urn", "u l"]),
        ([], [". a", ".`", ".{", ".:", "./", ".,", ".^", ".."]),
        (["addresses", "disguises"], ["@"]),
        (["disguises"], ["$", "a1", "1a", "aб", "бa", "б1"]),
        (["spaced"], ["a b c d", "1 a-b+c", "so a b c d"]),
        ([], ["a b c", "a b cd", "ab cd ef gh", "a b c  d", "a  b c d", "a b  c d"]),
        (["Han"], ["密", "密码", "密 码", "密-码", "密)码", "密,码", "密]码", "密`码", "密{码", "密}码"]),
        (["Han"], ["密*a", "a*密", "密 码 a", "a 密 码", "密 码是"]),
        (["spaced", "Han"], ["密 码 是", "密*码", "密+码", "密'码", "密^码", "密_码", "密|码", "密~码", "密-码-是"]),
    ],
)  # fmt: skip
def test_a_pass_is_taken_only_where_it_may_have_something_to_undo(want: Sequence[str], texts: Sequence[str]) -> None:
    for text in texts:
        codes = np.array([*map(ord, text), *map(ord, "rl/.@1密 a b ")], np.uint32)  # what an earlier message left behind is not read
        kind = np.array([kind_of(char) for char in map(chr, codes)], np.uint8)
        passes = "addresses", "disguises", "spaced", "Han"
        found = [name for name, taken in zip(passes, _survey(codes, kind, 0, len(text)), strict=True) if taken]
        assert found == want, text


def kind_of(char: str) -> int:
    """Say what a character is, near enough."""
    return kinds.DIGIT if char.isdigit() else kinds.IDEO if "\u3040" <= char else kinds.LETTER if char.isalpha() else kinds.OTHER


@pytest.mark.parametrize(
    ("pieces", "many"),
    [
        (["a", "'", " ", "\n", "-", ".", "1", "é"], 4),  # tidied
        (["a", "b", " ", "'", "1", "_", ",", ":", "/", "あ", "的", "는", "@abc", "<", ">", "\u200b", "\r", "\n"], 3),
        (["a", "A", "é", "!", "1"], 5),  # repeated
        (["a", '"', "'", " ", "\n", "@abc"], 5),  # between marks
    ],
)
def test_all_short_messages_are_folded_as_by_the_twin(pieces: Sequence[str], many: int) -> None:
    texts = ["".join(text) for text in itertools.product(pieces, repeat=many)]
    fast = fold(pack(texts))
    for n, text in enumerate(texts):
        assert cells(fast, n) == cells_of_twin(text.encode()), text


@pytest.mark.parametrize(
    ("text", "want", "changed"),
    [
        ("请发住记词", "请发助记词", "助记词"),
        ("驗正碼給我", "验证码给我", "验证码"),
        ("把蜜碼告訴我", "把密码告诉我", "密码"),
        ("私月发来", "私钥发来", "私钥"),
        ("我们四月去", "我们四月去", ""),  # a word of its own
        ("需要保密吗", "需要保密吗", ""),
        ("稍微心疼,密密麻麻", "稍微心疼,密密麻麻", ""),
        ("请勿回复此短信", "请勿回复此短信", ""),
        ("助记词", "助记词", ""),
    ],
)
def test_words_spelled_by_sound(text: str, want: str, changed: str) -> None:
    assert (folded(text), undone(text)) == (want, changed)


@pytest.mark.parametrize(
    ("text", "want"), [("ﾊﾟｽﾜｰﾄﾞ", "パスワード"), ("ｶﾞ", "ガ"), ("か\u3099", "が"), ("ま\u3099", "ま\u3099"), ("İstanbul", "istanbul")]
)
def test_letters_in_two_pieces_are_one(text: str, want: str) -> None:
    assert folded(text) == unicodedata.normalize("NFC", want)


def test_a_japanese_comma_ends_a_clause_and_a_chinese_enumeration_does_not() -> None:
    assert ends("送って、確認", "/") == ends("なぁ、確認", "/") == kinds.SOFT
    assert ends("苹果、香蕉", "/") == kinds.OTHER


@given(st.lists(rough, max_size=6))
def test_origins_rise_and_lie_where_a_character_begins(raws: list[bytes]) -> None:
    fast = fold(packed(raws))
    for n, raw in enumerate(raws):
        origins = [origin for _, _, origin in cells(fast, n)]
        assert twin.rising(origins)
        assert set(origins) <= twin.boundaries(raw)


@given(rough, rough, rough)
@example(b"@support_desk", b"> quoted", b"")
@example(b"\xe5\xaf", b"\x86", b"")  # one character cut in two: the bytes of a neighbour are not read
def test_a_message_is_never_touched_by_its_neighbours(before: bytes, raw: bytes, after: bytes) -> None:
    assert cells(fold(packed([before, raw, after])), 1) == cells(fold(packed([raw])), 0)


@given(
    st.lists(
        st.sampled_from(["seed", "PASSWORD", "Пароль", "密码", "助記詞", "비밀번호", "pаsswоrd", "p4ssw0rd", "ｃｏｄｅ", "12345"]),
        max_size=8,
    )
)
def test_words_once_folded_stay_as_they_are(words: list[str]) -> None:
    once = folded(" ".join(words))
    assert folded(once) == once
    assert not undone(once)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("SEED Phrase", "seed phrase"),  # case
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),  # NFKC
        ("ﬁle", "file"),
        ("naïve Łódź", "naive lodz"),  # accents off Latin …
        ("й ё", "й ё"),  # … and only there
        ("助記詞", "助记词"),  # Traditional Chinese
        ("密码。好、的！", "密码.好/的!"),  # punctuation
        ("se\u200bed", "seed"),  # hidden characters
        ("𝐬𝐞𝐞𝐝 ⓢⓔⓔⓓ 🅂🄴🄴🄳", "seed seed seed"),  # dressed letters
        ("pаsswоrd", "password"),  # Cyrillic а, о
        ("раssword", "password"),
        ("p4ssw0rd s33d", "password seed"),  # leet between letters
        ("phr4s3 passw0rd1", "phrase password1"),
        ("rep1y s1gn wa11et p1ease", "reply sign wallet please"),
        ("ca$h p@ss", "cash pass"),
        ("s e e d", "seed"),  # spaced out
        ("s e n d m e y o u r s e e d p h r a s e", "send me your seed phrase"),  # … word by word
        ("s.e.n.d  m.e  t.h.e  c.o.d.e", "send me the code"),
        ("ключ: п р и ш л и к о д", "ключ: пришли код"),
        ("s e n d  비 밀", "send 비밀"),
        ("x q z j v k", "xqzjvk"),
        ("p.a.s.s.w.o.r.d", "password"),
        ("s-e-e-d w_o_r_d", "seed word"),
        ("密 码 是", "密码是"),
        ("你 要 是 真爱 我 就 把刚 刚 发你 的", "你要是真爱我就把刚刚发你的"),  # … with some in twos and threes
        ("张三 李四 王五 去 了", "张三 李四 王五 去 了"),
        ("t h a t's l e s s o n one", "thats lesson one"),
        ("密*码", "密码"),
        ("비 밀 번 호", "비밀번호"),
        ("인 증 번 호를 보내, 비.밀.번.호도", "인증번호를 보내, 비밀번호도"),  # … with a particle behind the last
        ("너 그 때 어디 갔어", "너 그 때 어디 갔어"),  # … but words of one syllable are words
        ("비ㅁㅣㄹ번ㅎㅗ, ㅂㅣㅁㅣㄹㅂㅓㄴㅎㅗ", "비밀번호, 비밀번호"),  # letters of a keyboard
        ("네ㅎㅎ 아ㅠㅠ", "네ᄒᄒ 아ᅲᅲ"),
        ("パ・ス・ワ・ー・ド ビル・ゲイツ", "パスワード ビル・ゲイツ"),
        ("p★a★s★s 助❤记❤词", "pass 助记词"),  # pictures between letters
        ("pa$$w0rd p@$$word us$$", "password password us$$"),
        ("don't", "dont"),  # apostrophes, hyphens, white space, repeats
        ("one-time  code", "one time code"),
        ("  so \t much  ", "so much"),
        ("heyyyyyy!!!!", "hey!!"),
        ("seeeend the paaassword, ПАРОООЛЬ, شكراااا", "send the password, пароль, شكرا"),
        ("good 1000 哈哈哈 えええ kkkkk ههههه", "good 1000 哈哈 ええ kk هه"),
        ("  „«send the code»” ", "send the code"),  # marks around all of it
        ("'a' or \"b\"", "'a' or \"b\""),
        ("plaese seend yoour verificatoin coode, passowrd", "please send your verification code, password"),  # typos
        ("VERFIY your wallte: 请把 veriffication code 发我", "verify your wallte: 请把 verification code 发我"),
        ("отпарвьте парль", "отправьте пароль"),
        ("teh cde phase pharse lavie xqzjvk", "teh cde phase pharse lavie xqzjvk"),  # too short, words themselves, nobody's
        ("see https://kraken.example/x?y=1.", f"see {LINK}."),  # addresses
        ("kraken-help.com or www.a.co.uk", f"{LINK} or {LINK}"),
        ("visit t.me/joinchat now", f"visit {LINK} now"),
        ("[link] <url> [链接]", f"{LINK} {LINK} {LINK}"),
        ("https://kraken.example/x no ooo", f"{LINK} no oo"),  # what the address leaves behind the end is not read
        ("ping 10.0.0.1", f"ping {LINK}"),
        ("mail help@kraken.example", f"mail {EMAIL}"),
        ("ask @admin_help", f"ask {HANDLE}"),
        ("@anna @ben: hello", ": hello"),  # addressees of a reply
        ("<@anna> hello", "hello"),
    ],
)
def test_what_is_undone(text: str, want: str) -> None:
    assert folded(text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("pаsswоrd", "ao"),
        ("s33d", "ee"),
        ("p a s s", "pass"),
        ("pass\u200bword", "w"),
        ("密\u200b码", "码"),
        ("𝐬eed", "s"),
        ("seed", ""),
    ],
)
def test_what_was_disguised_is_marked(text: str, want: str) -> None:
    assert undone(text) == want


@pytest.mark.parametrize(
    "text",
    [
        "Never share your recovery phrase. It's 12 words, e.g. “apple river”, kept off-line.",
        "Это обычное сообщение: завтра в 10:30 встреча у метро, возьми паспорт.",
        "Обід о другій, їжа є; ґудзики теж. Об'єднання.",
        "Καλημέρα! Η Ελλάδα έχει πολλά νησιά· ο κωδικός είναι κρυφός.",
        "می‌خواهم این را به‌زودی بخوانم، لطفاً نامه‌ها را بفرستید؟",
        "क्‍षमा करें, यह संदेश सामान्य है। धन्यवाद।",
        "Family 👨‍👩‍👧‍👦 and astronaut 👩‍🚀 and heart ❤️ and 🏳️‍🌈!",
        "∀x: Δx ≤ πr², E = mc², x₁ + x₂ ≠ 0, α → β, 10 kΩ, 3×4 = 12, 1×10⁻³",
        "请不要把验证码告诉任何人，客服不会索要。電話：02-1234-5678",
        "オンラインでパスワードを変更してください。Tシャツ、Aさん",
        "비밀번호는 아무에게도 알려 주지 마세요.",
        "ข้อความนี้ปลอดภัย อย่าบอกรหัสกับใคร",
        "H2O, CO₂, MP3, 5G, COVID19, B2B, 3D, k8s, i18n, room 4b, v2, 1st, 2nd, A4",
        "I am a b-side fan: x, y, z; plan A or B? 7-Eleven at 5.30",
        "Łódź, São Paulo, Zürich, Đà Nẵng, İstanbul, naïve café",
        "عزيزي العميل، لا تشارك رمز التحقق مع أي شخص.",
    ],
)
def test_honest_text_is_not_taken_for_a_disguise(text: str) -> None:
    assert undone(text) == ""


def test_a_micrometre_is_no_millimetre() -> None:
    assert folded("5 µm in 10 µs") == "5 μm in 10 μs"


@pytest.mark.parametrize(
    ("text", "mark", "want"),
    [
        ("one, two", ",", kinds.SOFT),
        ("one\ntwo", "\n", kinds.SOFT),
        ("one\r\ntwo", "\n", kinds.SOFT),  # one line end, as Windows and e-mail write it
        ("one\n\ntwo", "\n", kinds.HARD),
        ("one\r\n\r\ntwo", "\n", kinds.HARD),
        ("one. two", ".", kinds.HARD),
        ("really? yes", "?", kinds.HARD),
        ("1.5 BTC", ".", kinds.OTHER),
        ("at 10:30", ":", kinds.OTHER),
        ("好。的", ".", kinds.HARD),
        ("one - two", "-", kinds.SOFT),
    ],
)
def test_what_punctuation_ends(text: str, mark: str, want: int) -> None:
    assert ends(text, mark) == want


def test_a_look_alike_of_a_masked_link_is_no_link() -> None:
    """``lil©`` and ``link`` share a 31-based hash: a collision is never a hit."""
    assert LINK not in folded("[lil©]")


@pytest.mark.parametrize("text", ["비밀번호를 보내세요", "Сергей, ещё їжак, ў", "パスワードが", "mật khẩu", "contraseña", "पासवर्ड़"])
def test_decomposed_text_is_read_as_composed(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))


def test_a_pair_is_joined_the_same_wherever_it_stands() -> None:
    alone, later = folded("密*码 是 的"), folded("你*好,密*码 是 的")
    assert later == f"你好,{alone}"


def test_leet_is_undone_beside_a_look_alike() -> None:
    assert folded("\u045533d") == "seed"  # Cyrillic dze


def test_capitals_are_marked() -> None:
    marks = [bool(kind & kinds.CAPITAL) for _, kind, _ in cells(fold(pack(["aBC d"])), 0)]
    assert marks == [False, True, True, False, False]


def test_what_was_mistyped_keeps_its_place() -> None:
    word = [(char, kind & ~kinds.CAPITAL, origin) for char, kind, origin in cells(fold(pack(["Plaese"])), 0)]
    assert word == [(char, kinds.LETTER, at) for at, char in enumerate("please")]
    assert [origin for _, _, origin in cells(fold(pack(["verifiation verrify"])), 0)] == [*range(7), *range(6, 14), *range(15, 19)]
    assert all(kind & kinds.CAPITAL for _, kind, _ in cells(fold(pack(["VERIFIATION"])), 0))


def test_folding_never_makes_a_message_longer_than_its_bytes() -> None:
    """Before letters are put back, the fold writes into buffers as long as the text: every code point there is must fit."""
    every = [chr(code) for code in range(0x110000)]
    fast = fold(pack(every))
    assert (np.diff(fast.starts) <= [len(char.encode("utf-8", "surrogatepass")) for char in every]).all()


def test_every_assigned_letter_folds_to_its_normal_form_or_a_plainer_one() -> None:
    """Against ``unicodedata`` alone: an unaccented Latin or Cyrillic letter folds to its NFKC case fold."""
    plain = [chr(c) for c in range(0x41, 0x500) if unicodedata.category(chr(c)) in {"Lu", "Ll"} and not unicodedata.decomposition(chr(c))]
    kept = [char for char in plain if folded(char) == unicodedata.normalize("NFKC", char.casefold())]
    assert set("abcxyzABCXYZабвяАБВЯαβωΑΒΩіїє") - {"ї"} <= set(kept)
    assert len(kept) > 0.85 * len(plain)


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "\udfff\ud800", "\U0010ffff", "\u200b" * 1000])
def test_any_text_folds(text: str) -> None:
    assert len(fold(pack([text, "after"]))) == 2


@pytest.mark.parametrize("text", ["😀" * 262_144, "a" * 1_000_000], ids=["pictures", "letters"])
def test_any_text_folds_however_long(text: str) -> None:
    assert len(fold(pack([text, "after"]))) == 2
