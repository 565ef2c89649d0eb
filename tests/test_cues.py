"""What often stands in scams proves nothing by itself: ordinary words stay ordinary with a number, a page or a signature beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scamguard import sieve

if TYPE_CHECKING:
    from scamguard.guard import Guard

ORDINARY = (
    "See you tomorrow at nine then.",
    "The minutes of the meeting are attached.",
    "Can you send the invoice to accounting?",
    "Thanks for dinner last night, the kids loved it.",
    "Does anyone know a good dentist near the station?",
    "I fixed the bug, please review the branch when you can.",
    "Your appointment is on Monday at 10:30.",
    "How do I reset the router?",
    "明天上午九点见。",
    "会议纪要在附件里，有遗漏请告诉我。",
    "发票麻烦发给财务。",
    "La reunión pasa al jueves por la lluvia.",
    "Der Zug hat wieder Verspätung, ich bin um halb da.",
    "Встретимся завтра в девять у входа.",
    "명일 오전 회의는 열 시로 옮겼습니다.",
)
BESIDE = {
    "a number": "{} +44 20 7946 0311",
    "a local number": "{} Tel. (415) 802-7781",
    "a mailbox": "{} jane@fernhill.org.uk",
    "a page": "{} https://fernhill.org.uk/agenda",
    "an amount": "{} $1,250.00",
    "a code": "{} 482913",
    "a signature": "{}\n\nKind regards,\nAndreas Vogt\nHead of Purchasing | Kraftwerk AG\nTel. +41 44 208 77 15 | vogt@kraftwerk.example",
    "a header": "---------- Forwarded message ---------\nFrom: Jo Tan <jo@tan.example>\nDate: Mon, 3 Mar\nSubject: Re: Thursday\n\n{}",
    "a mark of chats": "[12:04] Jo Tan: {}",
    "a footer": "{}\n\nUnsubscribe | Manage preferences | 500 Market St, Springfield",
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside_ordinary_words_accuses_nobody(guard: Guard, name: str) -> None:
    texts = [BESIDE[name].format(text) for text in ORDINARY]
    assert not guard.decide(texts)[1].any()
    whole = replace(guard, model=replace(guard.model, sieve=sieve.NONE))  # which of the two says so is another matter
    plain, beside = whole.decide(ORDINARY), whole.decide(texts)
    risks = np.clip([plain[0], beside[0]], 1e-6, 1 - 1e-6)
    nats = np.diff(np.log(risks / (1 - risks)), axis=0)
    assert abs(nats.mean()) < 2.5
