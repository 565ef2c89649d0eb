"""The names of files that come with a message: a lure may stand in one alone.

A suffix may be a domain on the web as well: «report.zip» leads nowhere, so such a suffix is set apart.
"""

from __future__ import annotations

import re
from typing import Final

_DOMAINS: Final = re.compile(r"(?<=\S)\.(?=(?:ai|cab|md|mobi|mov|pl|pm|ps|pub|py|rs|sh|so|zip)$)", re.IGNORECASE)


def shown(name: object) -> str:
    """Give the name of a file as it is read; nothing for what is none.

    >>> shown("Wallet locked.pdf"), shown("Kraken-report.zip"), shown("kraken.com"), shown(None)
    ('Wallet locked.pdf', 'Kraken-report .zip', 'kraken.com', '')
    """
    return _DOMAINS.sub(" .", name) if isinstance(name, str) else ""
