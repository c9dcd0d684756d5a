"""The page of the HTML report in a real browser, for tests."""

import base64
import json
import zlib
from pathlib import Path

import browser_packages  # noqa: F401

# isort: split
import axe_core_python
from selenium import webdriver
from selenium.webdriver.common.by import By


def start_browser(size="1280,900"):
    """Starts Chromium without a screen. `size` is the size of the window."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--window-size={size}",
        "--disable-dev-shm-usage",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def tab(driver, name):
    driver.find_element(By.ID, f"tab-{name}").click()


def rows(driver):
    return [row.text.split("\n") for row in driver.find_elements(By.CSS_SELECTOR, "#grid-body .row")]


def accessibility(driver):
    """The faults that axe-core finds in the page."""
    driver.execute_script((Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = driver.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
    assert len(found["passes"]) > 5
    return [(problem["id"], [node["html"][:200] for node in problem["nodes"]]) for problem in found["violations"]]


def data_of(path):
    """The data inside a report's file."""
    text = path.read_text(encoding="utf-8")
    begin = text.index('id="data">') + len('id="data">')
    return json.loads(zlib.decompress(base64.b64decode(text[begin : text.index("</script>", begin)])))
