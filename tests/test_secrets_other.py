"""Numbers that are another thing's (an order's, a room's, a meeting's), and the one-time codes that stand among the same words."""

from __future__ import annotations

from collections import deque

import pytest

from scamguard.secrets import Certainty, Secret, find

ASKED = "Which code did you just get?"


@pytest.mark.parametrize(
    ("thread", "answer"),
    [
        (["What's your zip code?"], "90210"),
        (["What's your zip code so I can check shipping"], "it's 90210"),
        (["I pushed the code", "how many rows does it return?"], "48291"),
        (["can you review my code?", "sure, which PR?"], "4829"),
        (["the QR code is on the table", "how many guests?"], "1200"),
        (["send an sms", "how much was it?"], "1200"),
        (["Send me an SMS when you arrive", "what year did we meet?"], "2004"),
        (["what's the door code?"], "482913"),
        (["what's the code for the bike lock?"], "4829"),
        (["Code for the gate?"], "4829"),
        (["What was the error code?"], "482913"),
        (["what's the invite code"], "AB12CD"),
        (["which line of code?"], "482913"),
        (["quel est le code postal ?"], "75011"),
        (["¿código postal?"], "28013"),
        (["qual é o código postal?"], "1000205"),
        (["posta kodu?"], "34710"),
        (["kode pos?"], "12190"),
        (["mã bưu điện?"], "700000"),
        (["Áp mã giảm giá chưa?", "giá bao nhiêu"], "482000"),
        (["код города?"], "4955"),
        (["部屋番号は？"], "1204"),
        (["注文番号は？"], "482913"),
        (["주문번호가 뭐예요?"], "482913"),
        (["방 번호가 뭐야?"], "1204"),
        (["电话号码多少"], "62751234"),
        (["取件码多少"], "482913"),
        (["车牌号码多少"], "A12345"),
        (["फोन नंबर?"], "98765432"),
    ],
)
def test_who_asks_for_another_number_asks_for_no_code(thread: list[str], answer: str) -> None:
    assert find(answer, thread) == ()


@pytest.mark.parametrize(
    "thread",
    [
        [ASKED],
        [ASKED, "why?"],
        [ASKED, "I need it to protect your account, ok?"],
        ["Which code did you get for your account?"],
        ["To confirm your order read me the code you got"],
        ["the code to your room booking, you got it by SMS?"],
        ["What's the verification code for the order?"],
        ["Your booking will be cancelled. Send the code you received"],
        ["Send me the sms"],
        ["届いた番号は？"],
        ["받은 번호 알려줘"],
        ["收到的号码是多少"],
        ["把短信验证码告诉我"],
        ["kod kaç?"],
        ["me passa o código que chegou"],
    ],
)
def test_who_asks_for_a_code_beside_such_words_is_given_one(thread: list[str]) -> None:
    assert [(found.kind, found.certainty) for found in find("482913", thread)] == [(Secret.OTP, Certainty.BLOCK)]


def test_after_another_question_six_digits_are_doubtful_and_fewer_are_none() -> None:
    thread = [ASKED, "how many users have we?"]
    assert [found.certainty for found in find("482913", thread)] == [Certainty.WARN]
    assert find("12000", thread) == ()
    assert [found.certainty for found in find("482913", [ASKED, "how many digits has it?"])] == [Certainty.BLOCK]
    assert [found.certainty for found in find("482913", ["the code is on its way"])] == [Certainty.WARN]


@pytest.mark.parametrize(
    "text",
    [
        "I never got the OTP for order 482913",
        "no verification code for user 482913",
        "My verification code never arrived, my ticket is 482913",
        "2FA is broken since build 48291",
        "Security code review for PR 48291 is done",
        "login code is in PR 48291",
        "auth code at line 48291",
        "the authenticator app has 100000 installs",
        "The OTP SMS costs 4829 dollars a month",
        "OTP service listens on port 50051",
        "We sent 12000 OTPs yesterday",
        "HTTP 401 and OTP error 48291",
        "passcode is required, see KB 48291",
        "booking confirmation code: 482913",
        "Hotel confirmation code 48291377",
        "the confirmation code of my flight is 482913",
        "Verification code for the parcel locker is 482913",
        "Airbnb door passcode 4829",
        "gate passcode 482913#",
        "the lockbox code is 482913",
        "HSN code 847130",
        "注文番号 482913",
        "注文番号は482913です",
        "予約番号 482913",
        "会員番号 482913",
        "エラーコード 482913",
        "QRコード 482913",
        "주문번호 482913",
        "예약번호 482913",
        "股票代码 600519",
        "基金代码是161725",
        "订单号码是482913",
        "兑换码 482913",
        "激活码482913",
        "hata kodu 482913",
        "indirim kodu 482913",
        "ऑर्डर नंबर 482913",
        "कूपन कोड 482913",
        "código de reserva es 482913",
        "Votre code de suivi : 810593",
    ],
)
def test_numbers_of_other_things_are_no_code(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "OTP for my account is 482913",
        "verification code for my account: 4829",
        "OTP for your order is 4829",
        "my account verification code is 482913",
        "phone verification code: 482913",
        "OTP I got on my phone: 482913",
        "your Booking.com verification code is 482913",
        "my game login code is 482913",
        "the authenticator app shows 482 913",
        "482913 is my bank otp",
        "enter this code: 036295539\n985621\nVerification codes expire soon",
        "verification code is on my phone, wait, 482913, quick",
        "手机验证码 482913",
        "验证码发到手机了 482913",
        "휴대폰 인증번호 482913",
        "मेरे फोन पर आया ओटीपी 482913",
        "رمز التحقق على الهاتف 482913",
    ],
)
def test_a_code_beside_such_words_is_one(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)][:1] == [(Secret.OTP, Certainty.BLOCK)]


@pytest.mark.parametrize(
    "text",
    ["HSBC code is 482913", "my Apple ID code is 482913", "MY CODE IS 482913", "登录码 482913", "我收到的码是482913", "号码是482913",
     "届いた番号は482913です", "SMSコードは 482913", "문자로 온 번호는 482913 입니다", "로그인 코드 482913", "giriş kodu 482913"],
)  # fmt: skip
def test_six_digits_called_a_code_are_worth_a_question(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.OTP, Certainty.WARN)]


@pytest.mark.parametrize(
    "text",
    [
        "Join Zoom Meeting\nhttps://us02web.zoom.us/j/82345678901?pwd=aWJjZGVmZ2hpamts\n\nMeeting ID: 823 4567 8901\nPasscode: 482913",
        "Meeting ID: 823 4567 8901 Passcode: 482913",
        "Webinar ID 823 4567 8901, passcode 112233",
        "Microsoft Teams meeting\nMeeting ID: 234 567 890 123\nPasscode: aB3dEf",
        "#腾讯会议：482-913-776 会议密码：482913",
        "会议密码 482913",
        "conference passcode 482913",
        "Dial-in: +1 646 558 8656, PIN: 482913#",
        "kahoot pin: 4829137",
        "Game PIN: 4829137",
    ],
)
def test_an_invitation_to_a_meeting_may_be_passed_on(text: str) -> None:
    assert find(text) == ()
    assert find(text, [ASKED, "and the passcode?"]) == ()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Meeting ID: 823 4567 8901 and my bank password is hunter22", "hunter22"),
        ("Microsoft Teams: the admin password is Kq7pz!22", "Kq7pz!22"),
        ("https://us02web.zoom.us/j/82345678901 my login: bob@x.com password: hunter22", "hunter22"),
        ("see you in the meeting, my passcode is 482913", "482913"),
        ("my game password is hunter22", "hunter22"),
        ("my zoom login code is 482913", "482913"),
    ],
)
def test_a_secret_beside_an_invitation_is_still_one(text: str, secret: str) -> None:
    [found] = find(text)
    assert (found.certainty, text[found.start : found.stop]) == (Certainty.BLOCK, secret)


def test_a_code_in_parts_is_found_in_its_last() -> None:
    assert find("482", [ASKED]) == ()
    assert [(found.kind, found.certainty) for found in find("913", [ASKED, "482"])] == [(Secret.OTP, Certainty.BLOCK)]
    assert [found.kind for found in find("913", [ASKED, "482", "go on"])] == [Secret.OTP]
    assert find("3", [ASKED, *"48291"])
    assert find("913", ["how many?", "482"]) == ()
    assert find("3", [ASKED, "1"]) == ()


def test_a_thread_may_be_any_sequence() -> None:
    thread = deque(["hello", ASKED], maxlen=20)
    assert find("it's 482913", thread) == find("it's 482913", list(thread)) != ()
    assert find("hi", deque()) == ()
