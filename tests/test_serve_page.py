"""The page in a real headless Chromium: what a reader sees, does with the keyboard, hears from a screen reader, and is safe from."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from scamguard.serve.settings import Settings

from .serving import FINE, SCAM, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver.chrome.webdriver import WebDriver

    from scamguard.guard import Guard

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="needs chromium and chromedriver")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --window-size=900,1200 --lang=en"
)
TOKEN = "a-token-for-the-tests-0123456789"  # noqa: S105 - not used anywhere
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> https://evil.example \u202eabc 🔒 " + SCAM
DARK = [{"name": "prefers-color-scheme", "value": "dark"}]


@pytest.fixture(scope="module")
def url(guard: Guard) -> Iterator[str]:
    with listening(guard) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


class Page:
    """The page as its reader has it."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        driver.get(url)

    def __getitem__(self, name: str) -> Any:
        return self.driver.find_element(By.ID, name)

    def wait(self, shown: str) -> Any:
        WebDriverWait(self.driver, 20).until(lambda _: self[shown].is_displayed())
        return self[shown]

    def check(self, text: str) -> None:
        # selenium cannot type what is beyond the basic plane
        self.driver.execute_script("arguments[0].value = arguments[1]", self["text"], text)
        self["go"].click()
        self.wait("verdict")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def marks(self) -> str:
        return "".join(mark.text for mark in self.driver.find_elements(By.CSS_SELECTOR, "#shown mark"))


@pytest.fixture
def page(chromium: WebDriver, url: str) -> Iterator[Page]:
    found = Page(chromium, url)
    yield found
    assert [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"] == []  # type: ignore[no-untyped-call]


def percent(risk: float) -> str:
    """Say a risk as the page does: never more than it is."""
    return f"{math.floor(1000 * risk) / 10} %"


def test_a_scam(page: Page, guard: Guard) -> None:
    page.check(SCAM)
    verdict = guard.check(SCAM)
    assert page["said"].text == "This is very likely a scam"
    assert page["percent"].text == percent(verdict.risk)
    assert page["kind"].text == "credential request"
    assert page["asks"].text.split("\n") == ["It asks for", "seed phrase"]
    assert page["advice"].text == verdict.advice("en")
    assert page["shown"].text == SCAM
    quoted = [item.text.removeprefix("“").removesuffix("”") for item in page.driver.find_elements(By.CSS_SELECTOR, "#why q")]
    assert quoted == [SCAM[e.start : e.stop] for e in verdict.evidence]
    first, last = min(e.start for e in verdict.evidence), max(e.stop for e in verdict.evidence)
    assert page.marks() in SCAM[first:last]


def test_places_count_as_javascript_counts(page: Page, guard: Guard) -> None:
    text = "🔒🔒🔒 " + SCAM
    page.check(text)
    verdict = guard.check(text)
    assert all(e.start_utf16 == e.start + 3 for e in verdict.evidence)
    words = [item.get_attribute("textContent") for item in page.driver.find_elements(By.CSS_SELECTOR, "#why q")]
    assert words == [text[e.start : e.stop] for e in verdict.evidence]


def test_an_honest_message(page: Page) -> None:
    page.check(FINE)
    assert page["said"].text == "Nothing suspicious found"
    assert page["advice"].text == ""
    assert not page["write"].is_displayed()


def test_a_message_is_inert(page: Page) -> None:
    page.check(HOSTILE)
    page["write"].click()
    page.wait("ticket")
    assert page.driver.title == "scamguard"
    assert page.run("return document.querySelectorAll('img, #verdict script, #verdict a, iframe').length") == 0
    assert page["shown"].text == HOSTILE.replace("\u202e", "U+202E")
    assert "\u202e" not in page["why"].text


def test_by_keyboard_alone(page: Page) -> None:
    page["text"].send_keys(SCAM)
    page["text"].send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait("verdict")
    assert page.run("return document.activeElement.id") == "verdict"
    reached = set()
    for _ in range(20):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(page.run("return document.activeElement.id || document.activeElement.parentElement.id"))
        lit = page.driver.find_elements(By.CSS_SELECTOR, "#shown mark.on")
        if page.run("return document.activeElement.parentElement.id") == "why":
            assert lit
        if "write" in reached:
            break
    assert {"why", "write"} <= reached
    page["write"].send_keys(Keys.ENTER)
    page.wait("ticket")
    assert page.run("return document.activeElement.id") == "report"


def test_what_a_screen_reader_is_told(page: Page, guard: Guard) -> None:
    page.check(SCAM)
    assert page["status"].get_attribute("role") == "status"
    assert page["status"].get_attribute("textContent").startswith(f"This is very likely a scam. risk {percent(guard.check(SCAM).risk)}")
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = {(node["role"]["value"], node["name"]["value"]) for node in tree if node.get("role") and node.get("name")}
    assert {
        ("textbox", "The message"), ("button", "Check"), ("radio", "I received it"), ("combobox", "Language"),
        ("meter", "risk"), ("region", "This is very likely a scam"), ("heading", "scamguard"), ("button", "Write a report"),
    } <= named  # fmt: skip
    unnamed = [node["role"]["value"] for node in tree if node.get("role", {}).get("value") in {"textbox", "button", "combobox", "radio"}
               and not node.get("ignored") and not node.get("name", {}).get("value")]  # fmt: skip
    assert unnamed == []


def test_the_report_can_be_copied(page: Page) -> None:
    page.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    page.check(SCAM)
    page["write"].click()
    page.wait("ticket")
    report = page["report"].get_attribute("value")
    assert f"> {SCAM}" in report
    page["copy"].click()
    WebDriverWait(page.driver, 10).until(lambda _: page["copied"].text == "Copied.")
    assert page.run("return navigator.clipboard.readText()") == report


def test_an_outgoing_secret(page: Page) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[value=outgoing] + span").click()
    page["thread"].send_keys("Support here. Read me the code you just got, please.")
    page.check("it's 482913")
    assert page["said"].text == "Do not send this"
    assert "asked for in this conversation" in page["why"].text
    assert not page["write"].is_displayed()


def test_in_chinese(page: Page) -> None:
    page.check(SCAM)
    page.run("const l = document.getElementById('lang'); l.value = 'zh'; l.dispatchEvent(new Event('change'))")
    WebDriverWait(page.driver, 10).until(lambda _: page["said"].text == "这极有可能是诈骗")
    assert page.run("return document.documentElement.lang") == "zh"
    assert "助记词" in page["advice"].text + page["asks"].text


def test_nothing_to_check_is_told(page: Page) -> None:
    page["go"].click()
    assert page.wait("trouble").text == "Paste a message first."
    assert page["trouble"].get_attribute("role") == "alert"


@pytest.mark.parametrize("width", [320, 768])
def test_it_fits_narrow_screens(page: Page, width: int) -> None:
    shape = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
    try:
        page.check("x" * 500 + SCAM)
        assert page.run("return document.documentElement.scrollWidth") <= width
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


CONTRAST = """
const parse = (c) => c.match(/[\\d.]+/g).map(Number);
const light = (c) => { const [r, g, b] = parse(c).slice(0, 3).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = (n) => {
  for (; n; n = n.parentElement) { const c = getComputedStyle(n).backgroundColor; if (parse(c)[3] !== 0) return c; }
  return 'rgb(255,255,255)';
};
const bad = [];
for (const n of document.querySelectorAll('body *')) {
  const words = [...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
  if (!words || !n.checkVisibility() || ['SCRIPT', 'NOSCRIPT', 'OPTION'].includes(n.tagName) || n.closest('.unseen')) continue;
  const [a, b] = [light(getComputedStyle(n).color), light(ground(n))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) bad.push([n.tagName, n.id, n.className, n.textContent.slice(0, 20), ratio]);
}
return bad;
"""


@pytest.mark.parametrize("features", [[], DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", [SCAM, FINE, "Kraken Support: send me your seed phrase, not hunter2"])
def test_all_words_can_be_read(page: Page, features: list[dict[str, str]], text: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 in both palettes."""
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [*features, still]})
    try:
        page.check(text)
        assert page.run(CONTRAST) == []
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_policy_is_strict(page: Page) -> None:
    """Neither a script in the page nor a request elsewhere gets through."""
    blocked = page.driver.execute_async_script("""
        const done = arguments[arguments.length - 1], seen = [];
        document.addEventListener('securitypolicyviolation', (e) => {
          seen.push(e.effectiveDirective);
          if (e.effectiveDirective === 'connect-src') done(seen);
        });
        try { document.body.innerHTML += '<b>x</b>'; seen.push('parsed'); } catch { }
        fetch('https://evil.example/').catch(() => {});
    """)
    assert "parsed" not in blocked
    assert "connect-src" in blocked
    page.driver.get_log("browser")  # type: ignore[no-untyped-call]


def test_a_service_with_a_token_asks_for_it(chromium: WebDriver, guard: Guard) -> None:
    with listening(guard, Settings(token=TOKEN)) as found:
        page = Page(chromium, found)
        page["text"].send_keys(SCAM)
        page["go"].click()
        assert page.wait("trouble").text == "This service wants its access token."
        page.wait("token").send_keys(TOKEN, Keys.ENTER)
        assert page.wait("said").text == "This is very likely a scam"
        assert page.run("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    page["go"].click()
    WebDriverWait(chromium, 10).until(lambda _: "cannot be reached" in page["trouble"].text)
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
