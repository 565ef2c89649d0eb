"""The article this project was founded on: a guide that warns of impostors is fine; each warning turned into a request is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from scamguard.guard import Guard

ARTICLE = """\
星云交易所客服使用指南

您好，欢迎使用星云交易所。遇到登录失败、充值未到账、提现延迟、身份审核等问题时，请打开官方 App，点击右上角的头像，\
进入“帮助中心”，选择“联系客服”。\
在线客服全天二十四小时值班，一般三分钟内回复。提问时请写清楚订单编号或交易哈希，并附上报错页面的截图，这样可以更快找到原因。

近来有人冒充我们的客服，在 Telegram 群、微信和电话里联系用户，借口账户异常、系统升级或者发放补偿，骗取账户信息。请务必记住：
一、真正的客服绝不会索要您的登录密码，任何时候都不会。
二、真正的客服不会让您提供短信验证码或谷歌验证码。验证码等于开门的钥匙，请勿告诉任何人。
三、私钥只能由您本人保管，客服没有理由查看您的私钥，也不会请您导出。
四、助记词一旦泄露，钱包里的资产会被立刻转走。不要把助记词输入任何网页，也不要拍照发给别人。
五、我们不会主动私聊您，不会要求您转账到所谓的安全账户，更不会请您安装远程控制软件。

凡是向您索要以上信息的人，无论头像和昵称多像官方，都是骗子。请不要回复，保留聊天记录，立即通过官方渠道举报：\
在 App 内依次点击“帮助中心”“举报诈骗”，上传截图即可。\
如果您已经泄露了密码或验证码，请马上修改密码、冻结账户，然后联系官方客服处理。

保护资产安全，从不轻信陌生人开始。祝您交易顺利。"""

REQUESTS = {  # each warning of the article, said by an impostor who wants the opposite
    "password": "您好，这里是星云交易所官方客服。您的账户登录异常，请把您的登录密码发给我，我帮您核对后解除限制。",
    "2fa_code": "【星云客服】系统检测到您的账户有风险，请提供您刚收到的短信验证码，我们马上为您解除冻结。",
    "private_key": "星云交易所客服提醒您：钱包系统升级，请导出您的私钥并发送给客服专员核验，否则资产将无法显示。",
    "seed_phrase": "您好，我是星云交易所的在线客服，为了给您发放补偿，请把助记词十二个单词拍照发给我，由我们为您同步钱包。",
    "payment": "星云交易所安全中心：您的账户涉嫌洗钱，请立即将全部USDT转账到我们指定的安全账户，核查后原路退回。",
    "remote_access": "星云客服通知：您的账户异常，请安装远程控制软件AnyDesk，把识别码告诉我，由工程师替您处理。",
}


def test_the_article_is_about_as_long_as_it_was() -> None:
    assert 500 < len(ARTICLE) < 800


def test_the_article_is_allowed_and_asks_for_nothing(guard: Guard) -> None:
    verdict = guard.check(ARTICLE)
    assert (verdict.action, verdict.asks) == ("allow", ())


@pytest.mark.parametrize("paragraph", [part for part in ARTICLE.splitlines() if part])
def test_each_paragraph_of_it_is_allowed_by_itself(guard: Guard, paragraph: str) -> None:
    verdict = guard.check(paragraph)
    assert (verdict.action, verdict.asks) == ("allow", ())


@pytest.mark.parametrize("secret", REQUESTS)
def test_each_warning_turned_into_a_request_is_flagged(guard: Guard, secret: str) -> None:
    verdict = guard.check(REQUESTS[secret])
    assert verdict.action != "allow"
    assert verdict.asks == (secret,)
