"""Real people in a real browser: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    sync_playwright,
)

from tests.browser.people import StewardAtDesk, Visitor
from tests.browser.rehearsal import PASSWORD, STEWARDS, Complaints, Rehearsal

NO_BROWSER = (
    "no `chromium` on this machine: the browser tests did not run "
    "(on Debian: apt-get install chromium fonts-noto-cjk)"
)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1280, "height": 800}
PATIENCE_MS = 10_000
NETWORK_NOISE = "Failed to load resource"  # the network is cut and sessions end on purpose
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is. Without one the tests are skipped, loudly; in CI they fail."""
    found = shutil.which("chromium")
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER, pytrace=False)
    warnings.warn(NO_BROWSER, stacklevel=1)
    pytest.skip(NO_BROWSER)


# One per module: Playwright keeps an event loop running, which async tests elsewhere must not see.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """A page in a browser profile of its own. A complaint in its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and NETWORK_NOISE not in message.text:
            complaints.append(message.text)

    def create(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "zh-CN", "viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield create
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A server with a scripted dialogue and two stewards."""
    rehearsal = Rehearsal(tmp_path_factory.mktemp("rehearsal"))
    rehearsal.start()
    rehearsal.employ(*STEWARDS)
    yield rehearsal
    rehearsal.stop()


@pytest.fixture
def rehearsal(theatre: Rehearsal) -> Iterator[Rehearsal]:
    """The server, without conversations. A complaint in its log fails the test."""
    theatre.begin_anew()
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    yield theatre
    logging.getLogger().removeHandler(complaints)
    assert complaints.said == []


@pytest.fixture
def host_site(rehearsal: Rehearsal, tmp_path: Path) -> Iterator[str]:
    """The address of an old site in GBK that embeds the widget under a strict policy."""
    site = rehearsal.address
    script = f'<script src="{site}/widget.js" data-title="帮办助手"></script>'
    page = f'<!doctype html><meta charset="gbk"><title>办事网站</title>{script}'.encode("gbk")
    policy = (
        f"default-src 'none'; script-src {site}; connect-src {site}; style-src 'none'; "
        "require-trusted-types-for 'script'"
    )

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page if self.path == "/" else b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Tests say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visitor(new_page: NewPage, rehearsal: Rehearsal) -> Visitor:
    """Somebody on the sample page who has opened the widget."""
    visitor = Visitor(new_page(), rehearsal.address)
    visitor.arrives()
    visitor.opens_the_widget()
    return visitor


@pytest.fixture
def steward(new_page: NewPage, rehearsal: Rehearsal) -> StewardAtDesk:
    """A steward who has signed in."""
    return signed_in(new_page, rehearsal, STEWARDS[0])


@pytest.fixture
def colleague(new_page: NewPage, rehearsal: Rehearsal) -> StewardAtDesk:
    """Another steward who has signed in."""
    return signed_in(new_page, rehearsal, STEWARDS[1])


def signed_in(new_page: NewPage, rehearsal: Rehearsal, name: str) -> StewardAtDesk:
    steward = StewardAtDesk(new_page(), rehearsal.address, name)
    steward.arrives()
    steward.signs_in(PASSWORD)
    steward.rows.first.or_(steward.page.get_by_text("没有会话排队").first).wait_for()
    return steward


def picture(shown: Page | Locator, name: str) -> None:
    """Kept only where somebody asks for pictures."""
    folder = os.environ.get("BANGBAN_TEST_PICTURES")
    if folder:
        whole = {"full_page": True} if isinstance(shown, Page) else {}
        shown.screenshot(path=str(Path(folder) / f"{name}.png"), **whole)
