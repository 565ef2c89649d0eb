"""What the page of a report says is so: of outgoing messages, rule packs, times, campaigns; and its documentation runs."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scamguard.cli import app
from scamguard.report_page import campaigns

from .talking import scam, table
from .test_report_page import ASK, page

if TYPE_CHECKING:
    from scamguard.guard import Guard

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "texts",
    [
        [
            "请登录binance-verify.com，输入您的助记词恢复钱包",
            "您的顺丰包裹丢失请打开sf-pay.com，填写银行卡号和密码领取赔偿",
            "支付宝异常请访问https://alipay-safe.com/a并把短信验证码发给客服",
            "加@kraken_desk把助记词发给我",
        ],
        ["send.us.your.12.word.seed.phrase.now", "reply.with.your.password.to.kraken.support"],
        ["hi! send.us.your.12.word.seed.phrase.now", "hi! give.me.the.sms.code.to.unlock.today"],
        ["https://a.example/enter-your-seed-phrase", "@send_me_your_password_now", "www.binance-support.com/code"],
    ],
)
def test_different_scams_are_no_campaign(texts: list[str]) -> None:
    found = campaigns.Campaigns()
    found.add(table(map(scam, texts)).to_pylist())
    assert found.grouped == (0, 0)


def test_a_link_amid_words_without_spaces_is_left_out() -> None:
    found = campaigns.Campaigns()
    text = "请登录{}，输入您的助记词恢复钱包"
    found.add(table([scam(text.format(link)) for link in ("binance-verify.com", "https://b-safe.com/a", "okx-help[.]com")]).to_pylist())
    assert found.grouped == (1, 3)


def test_a_report_on_outgoing_messages_speaks_of_nothing_else(tmp_path: Path) -> None:
    def made(*texts: str) -> str:
        (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": text, "sender": "mia"}) + "\n" for text in texts), "utf-8")
        CliRunner().invoke(app, ["scan", str(tmp_path / "d.jsonl"), "--direction", "outgoing", "--report", str(tmp_path / "r.html")])
        return html.unescape((tmp_path / "r.html").read_text("utf-8"))

    for text in (told := made("my password is Tr0ub4dor&3x", "hello", "the code is 482913")), (calm := made("hello")):
        assert not re.search("like a scam|after somebody|reach|probability|Model |senders flagged|482913", text)
    assert "2 of 3 messages give a secret of the writer's own away" in told
    assert "That is 67 %; given away most: password and 2FA code." in told
    assert "2 messages give a secret of the writer's own away. What was sent is not shown here." in told
    assert re.search(r"to block</dt><dd>1<.*to warn of</dt><dd>1<.*secrets given away</dt><dd>2<", told, re.DOTALL)
    assert "None of 1 message gives a secret of the writer's own away" in calm


def test_a_rule_pack_is_named(guard: Guard) -> None:
    card = {**guard.model.card, "pack": {"name": "club\u202e", "sha256": "ab" * 32}}
    told = html.unescape(page(replace(guard, model=replace(guard.model, card=card)), [{}]))
    assert "as shipped with it, and the rule pack club<U+202E> (abababababab)." in told
    assert "rule pack" not in page(guard, [{}])


def test_a_time_of_day_has_its_year(guard: Guard) -> None:
    sent = [datetime(2023, 12, 31, 23), datetime(2024, 1, 1, 1)]  # noqa: DTZ001 - the exports' own clock
    told = page(guard, [scam(ASK, time=time) for time in sent])
    assert "2 flagged messages from 2023-12-31 23:00 to 2024-01-01 01:00" in told
    assert '<th scope="row">2024-01-01 00:00</th>' in told


def test_the_snippet_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "report.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chats.csv").write_text(f'sender,text\neve,"{ASK}"\n', "utf-8")
    exec(code, {})  # noqa: S102 - our own
    assert "1 of 1 message looks like a scam" in (tmp_path / "report.html").read_text("utf-8")
