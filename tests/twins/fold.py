"""The fold, written out: a message is a list of cells, and each pass reads a list and makes a new one.

Of the package it shares only the look-up tables; what the passes do is written from the docstrings of ``scamguard.fold``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from importlib import resources
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from safetensors.numpy import load

from scamguard import kinds
from scamguard.breaks import ALONE, EACH, LONGEST, UNKNOWN
from scamguard.fold import tables
from scamguard.slots import lookup

_T: Final = tables()
_RAW: Final = load((resources.files("scamguard") / "fold.safetensors").read_bytes())
_REAL: Final = {real.tobytes().rstrip(b"\0").decode("utf-16-le")[::-1] for real in _RAW["real"]}
_LEET: Final = dict(zip("013457@$", "oieastas", strict=True))
_CYRILLIC: Final = dict(zip("abcehkmoptxy", "авсенкмортху", strict=True))  # what a Latin letter passes for
_MASKS: Final = {"link", "url", "links", "website", "链接", "网址", "网站", "连结"}
_TOPS: Final = {int(top).to_bytes(8, "big").lstrip(b"\0").decode() for top in _T.tops}
_ADDRESS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_@/?=&%#~+:")
_NOT_FIRST, _NOT_LAST = ".-:/?=&%#~+_", ".-:?_~"  # punctuation that stands beside an address, not in it
_SEPARATORS: Final = " \n.-_*|/·,~+・"
_HIDERS: Final = "*|_~^+'"
_BREVES: Final = "йўёї"
_MIDDLE_DOT: Final = "・"
# leading consonants of Hangul and the trailing ones that are the same letter, by their names in Unicode
_TRAILS: Final = {
    chr(lead): chr(trail)
    for lead in range(0x1100, 0x1113)
    for trail in range(0x11A8, 0x11C3)
    if unicodedata.name(chr(lead)).replace("CHOSEONG", "JONGSEONG") == unicodedata.name(chr(trail))
}
_LEADS: Final = {trail: lead for lead, trail in _TRAILS.items()}
_WORD: Final = {kinds.LETTER, kinds.HANGUL, kinds.IDEO, kinds.DIGIT}


@dataclass(frozen=True)
class Cell:
    """One folded character."""

    char: str
    kind: int
    origin: int  # byte
    capital: bool = False
    undone: bool = False

    @property
    def marked(self) -> int:
        """The kind as the fold writes it."""
        return self.kind | kinds.CAPITAL * self.capital | kinds.UNDONE * self.undone


def fold(raw: bytes) -> list[Cell]:
    """Fold one message."""
    return _mended(_tidy(_between_marks(_respelled(_joined(_words(_links(_spelled(raw))))))))


def decode(raw: bytes) -> list[tuple[int, str]]:
    """Read UTF-8 with surrogates: ``(byte, character)``; each byte that begins no character is U+FFFD."""
    out, at = [], 0
    while at < len(raw):
        for size in (1, 2, 3, 4):
            try:
                char = raw[at : at + size].decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                continue
            out.append((at, char))
            at += size
            break
        else:
            out.append((at, "\ufffd"))
            at += 1
    return out


def _row(char: str) -> int:
    return int(_T.page[ord(char) >> 8]) << 8 | ord(char) & 255


def _script(cell: Cell) -> int:
    return int(_T.script[_row(cell.char)])


def _latin_twin(cell: Cell) -> str:
    twin = int(_T.twin[_row(cell.char)])
    return chr(twin) if twin else ""


def _spelled(raw: bytes) -> list[Cell]:
    """Look every character up."""
    cells: list[Cell] = []
    hidden = False
    for at, char in decode(raw):
        if char == "\n" and raw[at - 1 : at] == b"\r":
            continue  # Windows and e-mail end a line with both
        row = _row(char)
        delta, style, kind = int(_RAW["delta"][row]), int(_RAW["style"][row]), int(_RAW["kind"][row])
        if delta == kinds.DROP:
            if cells and char in "\u0306\u0308" and (both := unicodedata.normalize("NFC", cells[-1].char + char)) in _BREVES:
                cells[-1] = replace(cells[-1], char=both)
            hidden |= bool(style & kinds.HIDDEN) and bool(cells) and _disguisable(cells[-1])
            continue
        capital = bool(style & kinds.UPPER)
        undone = bool(style & kinds.DRESSED) or (hidden and kind in (kinds.LETTER, kinds.IDEO))
        hidden = False
        if delta == kinds.BLANK:
            cells.append(Cell(" ", kinds.SPACE, at))
        elif delta >= kinds.LONG:
            first, last = _T.long_start[delta - kinds.LONG : delta - kinds.LONG + 2]
            cells += [Cell(piece, int(_RAW["kind"][_row(piece)]), at, capital, undone) for piece in map(chr, _T.long[first:last].tolist())]
        elif cells and _voiced(cells[-1].char, chr(ord(char) + delta)):
            cells[-1] = replace(cells[-1], char=_voiced(cells[-1].char, chr(ord(char) + delta)))
        elif "\u1100" <= chr(ord(char) + delta) < "\u1200":
            _write_jamo(cells, Cell(chr(ord(char) + delta), kind, at, capital, undone), typed=char >= "\u3131")
        else:
            cells.append(Cell(chr(ord(char) + delta), kind, at, capital, undone))
    return cells


def _write_jamo(cells: list[Cell], jamo: Cell, *, typed: bool) -> None:
    """Put a letter of Hangul to the syllable before it, or write it down; what is typed letter by letter joins only what was typed so."""
    before = cells[-1] if cells else Cell(" ", kinds.SPACE, 0)
    parts = unicodedata.normalize("NFD", before.char)
    syllable = before.kind == kinds.HANGUL and len(parts) > 1 and (before.undone or not typed)
    vowel = "\u1161" <= jamo.char <= "\u1175"
    joined = ""
    laughed = typed and before.char in "\u110b\u110f\u1112" and jamo.char in "\u116e\u1172\u1173"
    if vowel and "\u1100" <= before.char <= "\u1112" and not laughed:
        joined = before.char + jamo.char
    elif not vowel and syllable and len(parts) == 2:
        trail = jamo.char if jamo.char > "\u11a7" else _TRAILS.get(jamo.char, "") if typed else ""
        joined = trail and parts + trail
    if joined and len(both := unicodedata.normalize("NFC", joined)) == 1:
        cells[-1] = replace(before, char=both, kind=kinds.HANGUL, undone=typed or before.undone)
        return
    if vowel and typed and syllable and len(parts) == 3 and (lead := _LEADS.get(parts[2])):
        cells[-1] = replace(before, char=unicodedata.normalize("NFC", parts[:2]), undone=True)
        cells.append(Cell(unicodedata.normalize("NFC", lead + jamo.char), kinds.HANGUL, before.origin, undone=True))
        return
    cells.append(jamo)


def _voiced(kana: str, mark: str) -> str:
    both = unicodedata.normalize("NFC", kana + mark)
    return both if len(both) == 1 and mark in "\u3099\u309a" and "\u3040" <= kana < "\u3100" else ""


def _disguisable(cell: Cell) -> bool:
    """Hidden characters belong into Arabic, Indic and emoji text, not into Latin, Greek, Cyrillic or Han."""
    return (cell.kind == kinds.LETTER and ord(cell.char) < 0x590) or (cell.kind == kinds.IDEO and ord(cell.char) >= 0x3040)


def _links(cells: list[Cell]) -> list[Cell]:
    """Put one stand-in for each link, e-mail address and handle."""
    text = "".join(cell.char for cell in cells)
    out: list[Cell] = []
    at = 0
    while at < len(cells):
        masked = re.compile(r"[\[<]([^\]>]{0,9})[\]>]").match(text, at)
        if masked and masked[1] in _MASKS:
            out.append(_token(kinds.LINK, cells[at]))
            at = masked.end()
            continue
        stop = at
        while stop < len(text) and text[stop] in _ADDRESS:
            stop += 1
        if stop == at:
            out.append(cells[at])
            at += 1
            continue
        lead, token, length = _address(text[at:stop], cells[at:stop])
        out += cells[at : at + lead]
        if token:
            out.append(_token(token, cells[at + lead]))
        out += cells[at + lead + length : stop]
        at = stop
    return out


def _token(code: int, cell: Cell) -> Cell:
    return Cell(chr(code), kinds.TOKEN, cell.origin)


def _address(run: str, cells: list[Cell]) -> tuple[int, int, int]:
    """Say what a run of address characters holds: ``(where it starts, stand-in or 0, length)``."""
    lead = len(run) - len(run.lstrip(_NOT_FIRST))
    body = run[lead:].rstrip(_NOT_LAST)
    nothing = (lead, 0, 0)
    if len(body) < 3:
        return nothing
    scheme = body.find("://")
    if scheme > 0 and len(body) > scheme + 2:
        start = len(body[:scheme].rstrip("abcdefghijklmnopqrstuvwxyz"))
        return lead + start, kinds.LINK, len(body) - start
    if body.startswith("@"):
        return (lead, kinds.HANDLE, len(body)) if len(body) > 3 else nothing
    if "@" in body:
        return (lead, kinds.EMAIL, len(body)) if "." in body[body.index("@") + 1 : -1] else nothing
    if body == "url":
        first = cells[lead]
        return (lead, kinds.LINK, 3) if first.capital and cells[lead + 2].capital else nothing
    start = len(_leading(r"([^.]*[:=&#+~%])?", body))
    return (lead + start, kinds.LINK, len(body) - start) if "." in body and _is_host(body[start:]) else nothing


def _leading(pattern: str, text: str) -> str:
    """Give what ``text`` begins with."""
    found = re.match(pattern, text)
    return found[0] if found else ""


def _is_host(text: str) -> bool:
    """Say whether the text begins with labels and a known top level, any top level and a path, or an IPv4 address."""
    host = _leading(r"[a-z0-9_.-]*", text)
    labels = host.split(".")
    if all(re.fullmatch("[0-9]+", label) for label in labels):
        return len(labels) == 4
    *names, top = labels
    if not names or not all(names) or not re.fullmatch("[a-z]{2,24}", top):
        return False
    return text[len(host) :].startswith("/") or top in _TOPS


def _words(cells: list[Cell]) -> list[Cell]:
    """Undo look-alikes and leet in each word."""
    out: list[Cell] = []
    at = 0
    while at < len(cells):
        stop = at
        while stop < len(cells) and (cells[stop].kind in (kinds.LETTER, kinds.DIGIT) or _leet_sign(cells, at, stop)):
            stop += 1
        out += _unleet(_unmixed(cells[at:stop])) if stop > at else [cells[at]]
        at = max(stop, at + 1)
    return out


def _leet_sign(cells: list[Cell], begin: int, at: int) -> bool:
    """``$`` and ``@`` are letters between letters, up to three side by side behind this one."""
    before, behind = "".join(cell.char for cell in cells[begin:at]), "".join(cell.char for cell in cells[at : at + 4])
    return re.search(r"[a-z$@]\Z", before) is not None and re.match(r"[$@]{1,3}[a-z]", behind) is not None


def _ascii_letter(cell: Cell) -> bool:
    return "a" <= cell.char <= "z"


def _letters(word: list[Cell]) -> list[Cell]:
    return [cell for cell in word if cell.kind == kinds.LETTER]


def _unmixed(word: list[Cell]) -> list[Cell]:
    """Write a word of mixed scripts in one script, Latin first, if each letter passes for one there."""
    scripts = {_script(cell) for cell in _letters(word)}
    if kinds.NO_SCRIPT in scripts or kinds.LATIN not in scripts or len(scripts) == 1:
        return word
    latin = [cell for cell in _letters(word) if _script(cell) == kinds.LATIN]
    foreign = [cell for cell in _letters(word) if _script(cell) != kinds.LATIN]
    if all(map(_latin_twin, foreign)):
        return [replace(cell, char=_latin_twin(cell), undone=True) if cell in foreign else cell for cell in word]
    if kinds.ALIEN not in scripts and all(cell.char in _CYRILLIC for cell in latin):
        return [replace(cell, char=_CYRILLIC[cell.char], undone=True) if cell in latin else cell for cell in word]
    return word


def _unleet(word: list[Cell]) -> list[Cell]:
    """Turn digits between letters into letters, if all of them can be letters and at most three stand together."""
    body = len(word)
    while body and word[body - 1].kind == kinds.DIGIT:
        body -= 1  # digits at the end are a number: passw0rd1
    letters = _letters(word)
    enough = sum(map(_ascii_letter, letters)) >= 2 and len(letters) < len(word) <= 20
    text = "".join(cell.char for cell in word[:body])
    if not enough or word[0].kind == kinds.DIGIT or not re.fullmatch(r"([a-z]+[013457@$]{1,3})+[a-z]+", text):
        return word
    if "".join(cell.char for cell in word[body:]) in {"0", "3", "4"}:
        body = len(word)  # phr4s3
    out: list[Cell] = []
    for i, cell in enumerate(word[:body]):
        if _ascii_letter(cell):
            out.append(cell)
            continue
        letter = _LEET[cell.char]
        if cell.char == "1":
            following = word[i + 1].char if i + 1 < body else ""
            letter = "l" if out[-1].char == "l" or (following and following in "1aeiouy") else "i"
        out.append(replace(cell, char=letter, kind=kinds.LETTER, capital=False, undone=True))
    return out + word[body:]


def _han(cell: Cell) -> bool:
    return cell.kind == kinds.IDEO and ord(cell.char) >= 0x3040


def _joined(cells: list[Cell]) -> list[Cell]:
    """Join letters that stand one by one between equal separators, word by word."""
    out: list[Cell] = []
    at = near = 0
    glued = False  # the next letter was joined to the last one, so it does not stand alone
    loose = 0
    while at < len(cells):
        if at >= loose and not glued and _han(cells[at]):
            pieces = _torn(cells, at)
            loose = at + max(len(pieces) - 1 + sum(map(len, pieces)), 1)
            alone = sum(len(piece) == 1 for piece in pieces)
            if alone > 2 and 2 * alone >= len(pieces):
                out += [replace(piece[0], undone=True) if len(piece) == 1 else cell for piece in pieces for cell in piece]
                at = loose
                continue
        many = 0 if glued else _spaced(cells, at)
        if many >= (3 if cells[at].kind == kinds.IDEO else 2 if at < near else 4):
            letters = cells[at : at + 2 * many : 2]
            ends = _ends(letters, cells[at + 1].char)
            for k, cell in enumerate(letters, 1):
                word_alone = cell.kind == kinds.HANGUL and {k - 1, k} <= {0, *ends}
                out.append(cell if word_alone else replace(cell, undone=True))
                if k in ends and k < many:
                    out.append(Cell(" ", kinds.SPACE, cells[at + 2 * k - 1].origin))
            if cells[at].kind == kinds.LETTER:
                near = at + 2 * many + 3
            at += 2 * many - 1
            glued = False
            continue
        out.append(cells[at])
        glued = _han(cells[at]) and at + 2 < len(cells) and cells[at + 1].char in _HIDERS and _han(cells[at + 2])
        at += 2 if glued else 1
    return out


def _ends(letters: list[Cell], between: str) -> set[int]:
    """Say after how many letters words end; those of Hangul between spaces are joined only to words that are known."""
    text, kind = "".join(cell.char for cell in letters), letters[0].kind
    if kind == kinds.IDEO or (kind == kinds.HANGUL and between != " "):
        return {len(letters)}
    ends = _word_ends(text)
    if kind == kinds.HANGUL:
        for first, last in pairwise(sorted({0, *ends})):
            if int(lookup(_T.costs, _key(text[first:last][::-1]))) < 0:
                ends |= set(range(first + 1, last))
    return ends


def _torn(cells: list[Cell], at: int) -> list[list[Cell]]:
    """Give the pieces of one to three Han characters between spaces from ``at`` on."""
    pieces: list[list[Cell]] = []
    if at and cells[at - 1].kind in _WORD:
        return pieces
    while at < len(cells):
        stop = next((k for k in range(at, len(cells)) if cells[k].kind not in _WORD), len(cells))
        piece = cells[at:stop]
        if not 1 <= len(piece) <= 3 or not all(map(_han, piece)):
            break
        pieces.append(piece)
        if stop == len(cells) or cells[stop].char != " ":
            break
        at = stop + 1
    return pieces


def _word_ends(letters: str) -> set[int]:
    """Say after how many letters the likeliest words end."""
    best: list[tuple[int, int]] = [(0, 0)]  # what the words so far cost, and how many letters the last one has
    for end in range(1, len(letters) + 1):
        sizes = range(1, min(end, LONGEST) + 1)
        best.append(min((best[end - size][0] + _cost(letters[end - size : end]), size) for size in sizes))
    ends, at = set(), len(letters)
    while at:
        ends.add(at)
        at -= best[at][1]
    return ends


def _cost(word: str) -> int:
    cost = int(lookup(_T.costs, _key(word[::-1])))  # from the last letter to the first
    return cost if cost >= 0 else UNKNOWN + EACH * len(word) if len(word) > 1 else ALONE


def _key(word: str) -> np.uint64:
    key = 0xCBF29CE484222325  # FNV-1a, 64 bit
    for char in word:
        key = (key ^ ord(char)) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return np.uint64(key)


def _spaced(cells: list[Cell], at: int) -> int:
    """Count the single letters from ``at`` on, all of one sort with one separator between each two."""
    many = 0
    while _single(cells, at + 2 * many) and cells[at + 2 * many].kind == cells[at].kind:
        if at + 1 < len(cells) and cells[at + 1].char == _MIDDLE_DOT and not "\u3040" < cells[at + 2 * many].char <= "\u30ff":
            break
        many += 1
        between = at + 2 * many - 1
        if between >= len(cells) or not _separates(cells[between]) or cells[between].char != cells[at + 1].char:
            return many
    if many and cells[at].kind == kinds.HANGUL and at + 2 * many < len(cells) and cells[at + 2 * many].kind == kinds.HANGUL:
        many += 1  # the last has its particle behind it
    return many


def _separates(cell: Cell) -> bool:
    return cell.char in _SEPARATORS or (cell.kind == kinds.OTHER and cell.char > "\x7f")


def _single(cells: list[Cell], at: int) -> bool:
    if at >= len(cells) or cells[at].kind not in (kinds.LETTER, kinds.HANGUL, kinds.IDEO):
        return False
    if cells[at].char == _MIDDLE_DOT:
        return False
    beside = [cells[k].kind for k in (at - 1, at + 1) if 0 <= k < len(cells) and cells[k].char != _MIDDLE_DOT]
    if at > 1 and cells[at - 1].char == "'" and cells[at - 2].kind == kinds.LETTER:
        return False
    return (cells[at].kind != kinds.IDEO or _han(cells[at])) and not _WORD & set(beside)


def _respelled(cells: list[Cell]) -> list[Cell]:
    """Give words that are spelled by sound their characters back."""
    out = list(cells)
    for at in range(len(out)):
        for size, *rest in _RAW["heard"].tolist():
            sounds, word = rest[:size], "".join(map(chr, rest[4 : 4 + size]))
            here = out[at : at + size]
            text = "".join(cell.char for cell in here)
            if len(here) < size or any(cell.kind != kinds.IDEO for cell in here) or text == word:
                continue
            if [int(_RAW["reading"][_row(char)]) for char in text] != sounds or text in _REAL:
                continue
            if size > 2 or set(text) & set(word):
                out[at : at + size] = [replace(cell, char=char, undone=True) for cell, char in zip(here, word, strict=True)]
    return out


def _between_marks(cells: list[Cell]) -> list[Cell]:
    """Leave out the marks of quotation that all of a message stands between."""
    shown = [i for i, cell in enumerate(cells) if not _white(cell)]
    if len(shown) > 1 and cells[shown[0]].char == cells[shown[-1]].char and cells[shown[0]].char in "\"'":
        return _between_marks(cells[shown[0] + 1 : shown[-1]])
    return cells


def _tidy(cells: list[Cell]) -> list[Cell]:
    """Even out white space, hyphens, apostrophes and repeats, and say what each mark ends."""
    out: list[Cell] = []
    at = 0
    while at < len(cells):
        cell = cells[at]
        if not out and _addressee(cells, at):
            at += 1
            continue
        if _white(cell):
            stop = at
            while stop < len(cells) and _white(cells[stop]):
                stop += 1
            if out and stop < len(cells):
                out.append(_blank(cells[at:stop]))
            at = stop
            continue
        if _repeats(out, cell):
            while at < len(cells) and cells[at].char == cell.char:
                at += 1
            beside = [*out[-3:-2], *cells[at : at + 1]]
            if cell.kind == kinds.LETTER and cell.char < "\u0700" and any(one.kind == kinds.LETTER for one in beside):
                del out[-1]  # in a word of more, three letters alike are one drawn out
            continue
        before = out[-1].kind if out else kinds.SPACE
        after = cells[at + 1].kind if at + 1 < len(cells) else kinds.SPACE
        if not _apostrophe(cell, before, after):
            out.append(_settled(cell, out, after))
        at += 1
    return out


def _addressee(cells: list[Cell], at: int) -> bool:
    """``@name`` and ``<@name>`` at the very start say whom a reply is for."""
    handle = [cell.char == chr(kinds.HANDLE) for cell in cells]
    opens = cells[at].char == "<" and any(handle[at + 1 : at + 2])
    closes = cells[at].char == ">" and at > 0 and handle[at - 1]
    return handle[at] or opens or closes


def _white(cell: Cell) -> bool:
    return cell.kind == kinds.SPACE or cell.char == "\n"


def _blank(run: list[Cell]) -> Cell:
    """Make one space, line end (ends a clause) or blank line (ends a sentence) of a run of white space."""
    lines = sum(cell.char == "\n" for cell in run)
    kind = kinds.SPACE if lines == 0 else kinds.SOFT if lines == 1 else kinds.HARD
    return Cell("\n" if lines else " ", kind, run[0].origin)


def _apostrophe(cell: Cell, before: int, after: int) -> bool:
    return cell.char == "'" and before == after == kinds.LETTER


def _repeats(out: list[Cell], cell: Cell) -> bool:
    """At most two alike stand in a row; of full stops inside a message, one."""
    if len(out) < 2 or out[-1].char != cell.char or cell.kind in (kinds.DIGIT, kinds.TOKEN):
        return False
    return cell.char in (".", out[-2].char)


def _settled(cell: Cell, out: list[Cell], after: int) -> Cell:
    before = out[-1].kind if out else kinds.SPACE
    if before == after == kinds.DIGIT and cell.char in ".,:/-":
        return replace(cell, kind=kinds.OTHER, capital=False, undone=False)
    if cell.char == "/" and out and "ぁ" <= out[-1].char <= "\u309f" and out[-1].kind == kinds.IDEO:
        return replace(cell, kind=kinds.SOFT, capital=False, undone=False)
    if cell.char in "-_":
        joins = before in _WORD and after in _WORD
        return replace(cell, char=" " if joins else cell.char, kind=kinds.SPACE if joins else kinds.SOFT, capital=False, undone=False)
    return cell


def _mended(cells: list[Cell]) -> list[Cell]:
    """Read each mistyped word as the common one it is a slip away from."""
    out: list[Cell] = []
    for letters, run in groupby(cells, key=lambda cell: cell.kind == kinds.LETTER):
        word = list(run)
        out += _right(word) if letters and 4 <= len(word) <= 16 else word
    return out


def _right(word: list[Cell]) -> list[Cell]:
    cure = int(lookup(_T.typos, _key("".join(cell.char for cell in word))))
    if cure < 0:
        return word
    slip, at, letter = cure % 4, cure // 4 % 16, chr(cure >> 6)
    before, here, after = word[:at], word[at], word[at + 1 :]
    if slip == 0:
        return [*before, replace(here, char=after[0].char), replace(after[0], char=here.char), *after[1:]]
    return [*before, *after] if slip == 1 else [*before, replace(here, char=letter), here, *after]


def boundaries(raw: bytes) -> set[int]:
    """Bytes at which a character of the message begins."""
    return {at for at, _ in decode(raw)}


def rising(origins: list[int]) -> bool:
    """Say whether no origin is smaller than the one before it."""
    return all(a <= b for a, b in pairwise(origins))
