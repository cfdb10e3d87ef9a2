# SPDX-License-Identifier: GPL-2.0-only
"""Chromium for tests of pages: Debian's, headless, with an empty profile, its log of requests and errors kept.

    with page(path, width=1280) as browser:       # a WebDriver; raises unittest.SkipTest where there is no Chromium
        browser.find_element(...)
        assert not errors(browser)
"""

import contextlib
import json
import pathlib
import shutil
import tempfile
import unittest

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")


def why_not():
    """Why pages cannot be tested here; '' if they can."""
    try:
        import selenium  # noqa: F401  (whether it is there)
    except ImportError:
        return "python3-selenium is not installed"
    if not CHROMIUM or not DRIVER:
        return "chromium or chromium-driver is not installed"
    return ""


@contextlib.contextmanager
def page(path, width=1280, height=900):
    """The page in a fresh browser, drawn."""
    if why_not():
        raise unittest.SkipTest(why_not())
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import WebDriverWait

    with tempfile.TemporaryDirectory(prefix="echelon-chromium-") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--force-device-scale-factor=1", f"--window-size={width},{height}", f"--user-data-dir={profile}",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        browser = webdriver.Chrome(service=Service(DRIVER), options=options)
        try:
            # A window is at least 500 pixels wide; this is not.
            resize(browser, width, height)
            # The browser's own first page asks for its parts.
            browser.get("about:blank")
            for log in ("browser", "performance"):
                browser.get_log(log)
            browser.get(pathlib.Path(path).resolve().as_uri())
            WebDriverWait(browser, 30).until(
                lambda b: b.execute_script("return document.documentElement.dataset.ready === 'yes' || !!document.querySelector('[role=alert]')")
            )
            settle(browser)
            yield browser
        finally:
            browser.quit()


def resize(browser, width, height):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    )


def settle(browser):
    """Wait until two frames have been drawn."""
    browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));")


def screenshot(browser, out, height=None):
    """A PNG of the page, the upper `height` pixels or all of it."""
    import base64

    width = browser.execute_script("return window.innerWidth")
    whole = browser.execute_script("return document.documentElement.scrollHeight")
    resize(browser, width, whole)
    settle(browser)
    clip = {"x": 0, "y": 0, "width": width, "height": min(height or whole, whole), "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    pathlib.Path(out).write_bytes(base64.b64decode(shot["data"]))


def errors(browser):
    """What the console says of warnings and errors."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]


def requests(browser):
    """URLs asked for that are neither the page's file nor inside it."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [url for url in found if not url.startswith(("file:", "data:", "blob:"))]
