"""Names that a file gives its columns and fields, told in an error. A table without a header has a message in their place,
so they are shown like one: short, on one line, and without the secrets in it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from scamguard.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST: Final = 24  # names
_LONGEST: Final = 300  # characters of all of them
_SEARCHED: Final = 4000
_MASK: Final = "••••••••"


def told(names: Iterable[str]) -> str:
    r"""Give names for an error, in the order of the file: a recovery phrase may stand in as many columns as it has words.

    >>> told(["id", "a\nb", "my password is: Tr0ub4dor&3x"]), told([])
    ('id, a␊b, my password is: ••••••••', '(none)')
    """
    from scamguard.masking import masked  # noqa: PLC0415 - its word lists are loaded when something is wrong

    first = [*islice(names, _MOST + 1)]
    text = masked(", ".join(first[:_MOST])[:_SEARCHED], lambda _secret: _MASK)
    more = len(first) > _MOST or len(text) > _LONGEST
    return (visible(text[:_LONGEST]) + (" …" if more else "")) or "(none)"
