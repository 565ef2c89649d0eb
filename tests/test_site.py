"""The site: it builds, needs nothing from elsewhere, shows every command, and describes all that the public names hold."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from scamguard import dumps
from scamguard.chat import Decision, Rules
from scamguard.cli import app
from scamguard.imitation import LookAlike, finding
from scamguard.lexicon import KINDS, SECRETS
from scamguard.sender import WHERE, Sender
from scamguard.ticket import Incident
from scamguard.verdict import GIVEN_AWAY, Evidence, Official, Policy, Verdict

from .pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from selenium.webdriver.chrome.webdriver import WebDriver

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
COPIED = """
const code = document.querySelector("pre code:has(.gp)");
code.setAttribute("data-md-copying", ""); // as the theme does while it copies
return code.innerText.trim();
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it, once."""
    config = pytest.importorskip("mkdocs.config", reason="needs the docs extra")
    pytest.importorskip("mkdocstrings", reason="needs the docs extra")
    build = pytest.importorskip("mkdocs.commands.build")
    folder = tmp_path_factory.mktemp("docs") / "site"
    build.build(config.load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))  # aborts on a warning
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    if not CHROMIUM or not DRIVER:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1300,900"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def test_the_site_has_its_pages(site: Path) -> None:
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert pages >= {"index.html", "tutorial.html", "rules.html", "api.html", "security.html", "adr/0001-binary-features.html"}


def test_no_page_loads_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?https?://", page.read_text("utf-8")), page.name


@pytest.mark.parametrize(
    ("page", "words"),
    [("concepts", "<code>seed_phrase</code>"), ("model-card", "Decisive rules"), ("changes", "Unreleased"), ("contributing", "make test")],
)
def test_what_the_site_alone_holds_is_filled_in(site: Path, page: str, words: str) -> None:
    text = (site / f"{page}.html").read_text("utf-8")
    assert words in text
    assert "The site shows" not in text


def test_every_option_is_shown(site: Path) -> None:
    page = (site / "commands.html").read_text("utf-8")
    assert {option for option in options(typer.main.get_command(app)) if option not in page} == set()
    assert "&lt;!-- suite --&gt;" in page  # a mark is no comment of the page
    assert "\b" not in page  # click's mark for lines to keep
    assert typer.get_app_dir("scamguard") not in page  # the builder's own folder


def test_a_doctest_is_code(site: Path) -> None:
    page = (site / "api.html").read_text("utf-8")
    assert "<blockquote>" not in page
    assert "&gt;&gt;&gt;" in page


def options(command: Any) -> Iterator[str]:
    for param in command.params:
        yield from (option for option in param.opts if option.startswith("--"))
    for one in getattr(command, "commands", {}).values():
        yield from options(one)


def test_the_search_works_from_disk(site: Path, chromium: WebDriver) -> None:
    chromium.get((site / "index.html").as_uri())
    field = chromium.find_element(By.CSS_SELECTOR, ".md-search__input")
    chromium.execute_script("arguments[0].focus()", field)
    field.send_keys("seed phrase")
    WebDriverWait(chromium, 20).until(lambda _: chromium.find_elements(By.CSS_SELECTOR, ".md-search-result__link"))


def test_a_command_is_copied_without_prompt_and_answer(site: Path, chromium: WebDriver) -> None:
    chromium.get((site / "tutorial.html").as_uri())
    assert re.fullmatch(r"scamguard check .+ --lang en", chromium.execute_script(COPIED))


def public() -> dict[str, Any]:
    """List what docs/api.md shows, and the methods of its classes."""
    found: dict[str, Any] = {}
    for path in re.findall(r"(?m)^::: (scamguard\S+)$", (ROOT / "docs/api.md").read_text("utf-8")):
        module, _, name = path.rpartition(".")
        if (thing := getattr(importlib.import_module(module), name, None)) is not None and not inspect.ismodule(thing):
            found[path] = thing
            methods = vars(thing).items() if inspect.isclass(thing) else ()
            found |= {f"{path}.{name}": getattr(thing, name) for name, one in methods if name[0] != "_" and inspect.isroutine(one)}
    return found


PUBLIC = public()
HEADING = re.compile(r"(?m)^(Parameters|Attributes|Returns|Raises|Examples)\n-+\n")


def sections(thing: Any) -> dict[str, list[str]]:
    """Give the lines at the margin of each section of a docstring: what it names."""
    _, *parts = HEADING.split(inspect.getdoc(thing) or "")
    return {name: re.findall(r"(?m)^\S.*", text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_docstring_names_one_thing_a_line(path: str) -> None:
    """Of two on one line the site would show the default and type of the first for both."""
    found = sections(PUBLIC[path])
    for name in (*found.get("Parameters", ()), *found.get("Attributes", ())):
        assert re.fullmatch(r"\w+( :.*)?", name), f"{path}: {name}"


RESULTS = (Verdict, Evidence, Official, Policy, Sender, LookAlike, Incident, dumps.Dump, dumps.Block, dumps.Notes, Rules, Decision)


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_result_is_described(kind: Any) -> None:
    assert sections(kind)["Attributes"] == [field.name for field in dataclasses.fields(kind)]
    assert kind in PUBLIC.values()


NAMED = [(Verdict, SECRETS), (Verdict, (*KINDS, GIVEN_AWAY)), (Sender, WHERE), (LookAlike, finding.KINDS)]


@pytest.mark.parametrize(("kind", "names"), NAMED)
def test_a_docstring_names_all_that_a_field_may_hold(kind: type, names: Collection[str]) -> None:
    assert set(names) <= set(re.findall(r"\w+", inspect.getdoc(kind) or ""))


def test_scan_lists_every_format() -> None:
    page = (ROOT / "docs/scan.md").read_text("utf-8")
    table = page.partition("## Formats\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)\|([^|]+)\|$", table)))) == dumps.FORMATS.keys()
