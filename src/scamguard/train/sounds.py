"""Sounds: which Chinese characters sound alike, and which words for a secret are heard when spelled by sound.

Readings come from ``pypinyin`` (the first is the commonest), tones left out; words that mean something else from ``jieba``'s
dictionary.
"""

from __future__ import annotations

import itertools
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from pypinyin.constants import PINYIN_DICT

from scamguard.homophones import LONGEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEARD = (
    *("助记词", "私钥", "密钥", "密码", "口令", "验证码", "校验码", "动态码", "恢复词", "备份词"),
    *("银行卡", "身份证", "信用卡", "转账", "账户", "账号", "微信", "冻结"),
)
_TWO_WAYS = "钥"  # read yao or yue
# parts of honest sentences: 需要保密吗, 稍微心疼, 转账好了, 回复此短信
_REAL = (
    *("验证吗", "密吗", "密嘛", "密妈", "密麻", "微心", "微新", "为信", "账好", "密要", "私要"),
    *("私约", "回复此", "回复词", "口领"),
)


def readings(char: str) -> list[str]:
    """List the syllables of a character without tones, commonest first.

    >>> readings("钥")
    ['yao', 'yue']
    """
    spelled = unicodedata.normalize("NFD", PINYIN_DICT.get(ord(char), ""))
    plain = spelled.replace("u\u0308", "v")
    return list(dict.fromkeys("".join(c for c in one if not unicodedata.combining(c)) for one in plain.split(",") if one))


def tables(max_code: int) -> tuple[NDArray[np.uint16], dict[str, NDArray[np.generic]]]:
    """Make the syllable of every code point, (max_code,), and the tables of :mod:`scamguard.homophones`."""
    first = {code: readings(chr(code))[0] for code in PINYIN_DICT if code < max_code and readings(chr(code))}
    names = {name: i + 1 for i, name in enumerate(sorted({*first.values(), *itertools.chain(*map(readings, _TWO_WAYS))}))}
    reading = np.zeros(max_code, np.uint16)
    for code, name in first.items():
        reading[code] = names[name]
    rows = []
    for word in _HEARD:
        ways = [readings(char)[: 2 if char in _TWO_WAYS else 1] for char in word]
        for way in itertools.product(*ways):
            pad = [0] * (LONGEST - len(word))
            rows.append([len(word), *(names[name] for name in way), *pad, *map(ord, word), *pad])
    heard = np.array(sorted(rows, key=lambda row: row[1]), np.int32)
    starts = np.searchsorted(heard[:, 1], np.arange(len(names) + 2)).astype(np.int32)
    return reading, {"heard_start": starts, "heard": heard, "real": _real(reading, heard)}


def _real(reading: NDArray[np.uint16], heard: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Pack the words that sound like a heard one."""
    sounds = {tuple(row[1 : 1 + row[0]].tolist()) for row in heard}
    lines = (resources.files("jieba") / "dict.txt").read_text("utf-8").splitlines()
    listed = {line.split()[0] for line in lines if 2 <= line.index(" ") <= LONGEST}
    same = {word for word in listed if tuple(int(reading[min(ord(c), len(reading) - 1)]) for c in word) in sounds} - set(_HEARD)
    return np.array(sorted(sum((ord(c) & 0xFFFF) << 16 * (len(w) - 1 - k) for k, c in enumerate(w)) for w in same | set(_REAL)), np.uint64)
