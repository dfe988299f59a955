"""The page of a selection in a real browser, without a network."""

from __future__ import annotations

import json
import os
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REQUIRED = "ENTROPYLAW_TEST_BROWSER"
"""Set where a missing browser is a failure: in CI."""


def found(names):
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    binary, driver = found(BROWSERS), found(["chromedriver"])
    if binary is None or driver is None:
        missing = "chromium" if binary is None else "chromedriver"
        report = pytest.fail if os.environ.get(REQUIRED) else pytest.skip
        report(f"no {missing} on this machine (Debian: apt install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--window-size=1000,1400",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    running.execute_cdp_cmd("Network.enable", {})
    running.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    yield running
    running.quit()


@pytest.fixture(scope="module")
def opened(browser, page):
    visit(browser, page)
    return browser


def visit(browser, page):
    """Open a page, and clear the logs."""
    browser.get("about:blank")
    browser.get_log("performance"), browser.get_log("browser")
    browser.get(page.as_uri())


def requests(browser):
    """Return the URLs requested since the last visit."""
    messages = [json.loads(line["message"])["message"] for line in browser.get_log("performance")]
    return {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }


def by(browser, selector):
    return browser.find_elements("css selector", selector)


def test_requests_and_errors_are_detected(browser, tmp_path):
    """Positive control: a page that loads a resource and raises an error."""
    faulty = tmp_path / "faulty.html"
    faulty.write_text("<img src='https://example.invalid/x.png'><script>oops()</script>")
    visit(browser, faulty)
    assert requests(browser) == {faulty.as_uri(), "https://example.invalid/x.png"}
    log = " ".join(line["message"] for line in browser.get_log("browser"))
    assert "oops is not defined" in log and "ERR_INTERNET_DISCONNECTED" in log


def test_no_errors_and_no_requests(browser, page):
    visit(browser, page)
    assert browser.get_log("browser") == []
    assert requests(browser) == {page.as_uri()}
    assert by(browser, "script, iframe, img, link") == []


def test_every_section_is_seen(opened):
    sections = by(opened, "main > section")
    names = [section.get_attribute("id") for section in sections]
    assert names == ["facts", "compared", "drift", "controls", "records", "memory", "manifest"]
    for section in sections:
        assert section.is_displayed() and section.size["height"] > 60
    drawings = by(opened, "figure svg")
    assert len(drawings) == 3
    for drawing in drawings:
        assert drawing.is_displayed() and drawing.size["height"] > 150
        assert len(drawing.find_elements("css selector", "text")) > 5
    for link in by(opened, "nav a"):
        assert by(opened, link.get_attribute("href").partition("#")[2].join(["#", ""]))


def test_the_numbers_of_the_table_are_those_of_the_result(opened, result):
    headers, rows = result.compare(draws=2, n_jobs=1).table()
    shown = by(opened, "#compared table")[0]
    assert [cell.text for cell in shown.find_elements("css selector", "thead th")] == headers
    assert [
        [cell.text for cell in row.find_elements("css selector", "th, td")]
        for row in shown.find_elements("css selector", "tbody tr")
    ] == rows


def test_the_manifest_opens_and_is_that_of_the_result(opened, result):
    details = by(opened, "#manifest details")[0]
    assert not details.find_element("css selector", "pre").is_displayed()
    details.find_element("css selector", "summary").click()
    shown = details.find_element("css selector", "pre")
    assert shown.is_displayed()
    assert json.loads(shown.get_attribute("textContent"))["selected"]["records"] == len(result)


def test_records_stay_text(opened):
    from nasty import NASTY

    shown = [pre.get_attribute("textContent") for pre in by(opened, "#records pre")]
    assert NASTY[0] in shown
    assert by(opened, "#records pre *") == []
    assert len(by(opened, "h1")) == 1


def colours(browser):
    """Return the lightness of the background, and of text and drawings, 0 to 255."""
    return [
        sum(map(int, browser.execute_script(script).partition("(")[2].rstrip(")").split(",")[:3]))
        / 3
        for script in (
            "return getComputedStyle(document.body).backgroundColor",
            "return getComputedStyle(document.querySelector('dd')).color",
            "return getComputedStyle(document.querySelector('svg text')).fill",
            "return getComputedStyle(document.querySelector('svg [style*=\"stroke: #000000\"]'))"
            ".stroke",
        )
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(opened, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    paper, *inks = colours(opened)
    assert (paper > 200) == (scheme == "light")
    assert all(abs(ink - paper) > 150 for ink in inks)


def test_on_paper(opened):
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    assert not by(opened, "nav")[0].is_displayed()
    assert by(opened, "#compared table")[0].is_displayed()
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_on_a_narrow_screen_only_tables_scroll(opened):
    narrow = {"width": 380, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        script = "return document.documentElement.scrollWidth"
        assert opened.execute_script(script) <= narrow["width"]
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_accessibility_tree_names_regions_tables_and_drawings(opened):
    nodes = opened.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names = {}
    for node in nodes:
        role = node.get("role", {}).get("value")
        names.setdefault(role, []).append(node.get("name", {}).get("value", ""))
    assert "Summary" in names["region"] and "Summary" in names["heading"]
    drawings = [name for role in ("image", "img") for name in names.get(role, [])]
    assert any("random sets of equal bytes" in name for name in drawings)
    assert {"selection", "random"} <= set(names["rowheader"])
    assert {"selection", "records"} <= set(names["columnheader"])
