"""--report-html in a real browser: the report of an eventful run, used by mouse and by keyboard alone."""

import os
import signal
import subprocess

import browser_packages  # noqa: F401
import parity
import pytest
from coordinator_process import wait_until
from report_page import accessibility, data_of, rows, start_browser, tab

# isort: split
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

SUITE = {
    "pytest.ini": "[pytest]\nmarkers = no_retry\n",
    "test_bad.py": """
import os, pathlib, time
import pytest

def test_fails():
    print("said </script><b>before</b>")
    assert "<i>" == "</script>"

@pytest.mark.no_retry
def test_crashes(): os.abort()

@pytest.mark.no_retry
def test_hangs(): time.sleep(600)

def test_flaky():
    mark = pathlib.Path(os.environ["HERE"], "been_here")
    first = not mark.exists()
    mark.touch()
    assert not first, "the first time"

@pytest.mark.parametrize("x", ["</script>", "<img src=x onerror=alert(1)>"])
def test_markup(x): pass
""",
    "test_gate.py": """
import os, pathlib, time
def test_loses_its_agent():
    while not pathlib.Path(os.environ["HERE"], "go").exists(): time.sleep(0.01)
""",
    "test_skips.py": "import pytest\npytest.skip('none of it', allow_module_level=True)\n",
    **{
        f"test_good_{n}.py": "import pytest, time\n@pytest.fixture(scope='module')\ndef slow(): time.sleep(0.05)\n"
        "@pytest.mark.parametrize('n', range(40))\ndef test_n(slow, n): pass\n"
        for n in range(6)
    },
}


@pytest.fixture(scope="module")
def browser():
    driver = start_browser()
    yield driver
    driver.quit()


@pytest.fixture
def page(browser):
    """Opens a report from disk. At the end the browser's console must show no error."""

    def page(path):
        browser.get(f"file://{path}")
        WebDriverWait(browser, 60).until(lambda b: b.find_element(By.TAG_NAME, "body").get_attribute("data-ready"))
        return browser

    yield page
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


@pytest.fixture
def run(start, project, agent, tmp_path):
    """A run on four agents, one of which is lost, with every kind of outcome."""
    folder = project(SUITE)
    agents = {f"a{number}": agent(folder) for number in range(4)}
    addresses = ",".join(one.address for one in agents.values())
    report = tmp_path / "report.html"
    run = start(folder, "--agents", addresses, "--min-agents", "4", "--retries", "1", "--hang-timeout", "8",
                "--report-html", report)  # fmt: skip

    def begun():
        return [e for e in run.events("test_started") if e["nodeid"] == "test_gate.py::test_loses_its_agent"]

    (first,) = wait_until(begun, "the start of the test at the gate")
    os.kill(agents[first["agent"]].process.pid, signal.SIGKILL)
    wait_until(lambda: len(begun()) == 2, "its start on another agent")
    (tmp_path / "go").touch()
    assert run.wait() == 1, run.text
    run.html = report
    return run


def test_a_run_with_everything_is_clicked_through(run, page):
    driver = page(run.html)
    look_at_the_overview(driver, run)
    filter_and_sort_tests(driver, run)
    look_into_details(driver)
    zoom_the_timeline(driver)
    look_at_the_files(driver)


def look_at_the_overview(driver, run):
    outcomes = run.outcomes()
    assert driver.find_element(By.ID, "title").text == "Tests failed"
    chips = [chip.text for chip in driver.find_elements(By.CSS_SELECTOR, ".chips button")]
    assert chips == ["3 failed", f"{len(outcomes) - 3} passed", "1 flaky"]
    overview = driver.find_element(By.ID, "panel-overview").text
    assert "was lost" in overview and "test_skips.py: none of it" in overview
    assert accessibility(driver) == []


def filter_and_sort_tests(driver, run):
    """A chip leads to its tests. Then come the filters (search, outcome, agent, flaky) and the order by duration."""
    outcomes = run.outcomes()
    driver.find_element(By.CSS_SELECTOR, ".chips .o-f").click()
    assert driver.find_element(By.ID, "shown").text == f"3 of {len(outcomes)} tests"
    driver.find_element(By.ID, "outcome-f").click()
    search = driver.find_element(By.ID, "search")
    search.send_keys("good_3 [7")
    assert [row[1] for row in rows(driver)] == ["test_good_3.py::test_n[7]"]
    search.clear()
    search.send_keys("no such test")
    assert driver.find_element(By.ID, "shown").text == f"0 of {len(outcomes)} tests"
    search.clear()
    search.send_keys(" ")
    driver.find_element(By.ID, "flaky").click()
    assert [row[1] for row in rows(driver)] == ["test_bad.py::test_flaky"]
    driver.find_element(By.ID, "flaky").click()
    agents = [option.text for option in Select(driver.find_element(By.ID, "agent")).options]
    assert agents[0] == "all" and set(agents[1:]) <= {"a0", "a1", "a2", "a3"}
    Select(driver.find_element(By.ID, "agent")).select_by_visible_text(agents[1])
    of_agent = {result["nodeid"] for result in run.results().values() if result["agent"] == agents[1]}
    assert driver.find_element(By.ID, "shown").text == f"{len(of_agent)} of {len(outcomes)} tests"
    Select(driver.find_element(By.ID, "agent")).select_by_visible_text("all")

    # The test that hung is the longest.
    driver.find_element(By.ID, "sort-duration").click()
    assert rows(driver)[0][1] == "test_bad.py::test_hangs"
    assert driver.find_element(By.CSS_SELECTOR, "[aria-sort='descending']").text == "Duration"


def look_into_details(driver):
    """A failure shows pytest's text, the output and the command to run it again. None of it is read as markup."""
    search = driver.find_element(By.ID, "search")
    search.send_keys("test_fails")
    driver.find_element(By.CSS_SELECTOR, "#grid-body .row").click()
    detail = driver.find_element(By.ID, "detail")
    assert "AssertionError" in detail.text and "</script>" in detail.text
    assert "said </script><b>before</b>" in detail.text
    assert driver.find_element(By.ID, "command").text == "fastest-coordinator test_bad.py::test_fails"
    replay = driver.find_element(By.ID, "replay").text
    assert replay == "fastest-coordinator --replay EVENTS --until test_bad.py::test_fails"
    assert "Attempt 1: failed" in detail.text
    assert driver.find_elements(By.CSS_SELECTOR, "#detail b, #detail i, #detail img") == []
    assert accessibility(driver) == []
    driver.find_element(By.ID, "close").click()
    assert not detail.is_displayed()
    search.clear()
    search.send_keys("onerror")
    driver.find_element(By.CSS_SELECTOR, "#grid-body .row").click()
    assert "'test_bad.py::test_markup[<img src=x onerror=alert(1)>]'" in driver.find_element(By.ID, "command").text


def zoom_the_timeline(driver):
    """Buttons, wheel and keys zoom the timeline, and it names what is under the cursor."""
    tab(driver, "timeline")
    lanes = driver.find_element(By.ID, "lanes")
    table = driver.find_element(By.ID, "lanes-text").text
    assert "(critical path)" in table and "no order of these tests on so many slots takes less" in table
    driver.find_element(By.ID, "zoom-in").click()
    whole = float(lanes.get_attribute("data-to")) - float(lanes.get_attribute("data-from"))
    ActionChains(driver).scroll_from_origin(
        webdriver.common.actions.wheel_input.ScrollOrigin.from_element(lanes), 0, -300
    ).perform()
    zoomed = float(lanes.get_attribute("data-to")) - float(lanes.get_attribute("data-from"))
    assert zoomed < whole
    lanes.send_keys("0")
    lanes.send_keys(Keys.ARROW_RIGHT)
    assert "::" in driver.find_element(By.ID, "hover").text
    assert accessibility(driver) == []


def look_at_the_files(driver):
    """The files come with the other theme, and every tab stays accessible in it."""
    tab(driver, "files")
    assert "test_bad.py" in driver.find_element(By.CSS_SELECTOR, "#panel-files tbody tr").text
    before = driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    driver.find_element(By.ID, "theme").click()
    assert driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color") != before
    for name in ("overview", "tests", "timeline", "files"):
        tab(driver, name)
        assert accessibility(driver) == []
    assert driver.find_elements(By.ID, "tab-compare") == []


def test_the_keyboard_is_enough(run, page):
    driver = page(run.html)

    def press(*keys):
        ActionChains(driver).send_keys(*keys).perform()
        return driver.switch_to.active_element

    driver.find_element(By.ID, "tab-overview").send_keys(Keys.ARROW_RIGHT)
    assert driver.switch_to.active_element.get_attribute("id") == "tab-tests"
    focused = press(Keys.TAB)
    assert focused.get_attribute("id") == "search"
    press("test_fails")
    for _ in range(30):
        focused = press(Keys.TAB)
        if focused.get_attribute("id") == "grid":
            break
    assert focused.get_attribute("id") == "grid"
    press(Keys.ARROW_DOWN, Keys.HOME)
    assert focused.get_attribute("aria-activedescendant") == "row-0"
    focused = press(Keys.ENTER)
    assert focused.get_attribute("id") == "detail"
    assert "AssertionError" in focused.text
    focused = press(Keys.ESCAPE)
    assert focused.get_attribute("id") == "grid"
    # All rows can be reached.
    driver.find_element(By.ID, "search").clear()
    driver.find_element(By.ID, "search").send_keys(" ")
    driver.find_element(By.ID, "grid").send_keys(Keys.END)
    assert focused.get_attribute("aria-activedescendant") == f"row-{len(run.outcomes()) - 1}"
    assert rows(driver)[-1][0] in ("passed", "failed")
    tabs = driver.find_element(By.ID, "tab-tests")
    tabs.send_keys(Keys.ARROW_RIGHT)
    lanes = driver.find_element(By.ID, "lanes")
    lanes.send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, "+")
    assert float(lanes.get_attribute("data-to")) > float(lanes.get_attribute("data-from"))
    lanes.send_keys(Keys.ENTER)
    assert driver.switch_to.active_element.get_attribute("id") == "detail"


def test_reports_are_compared(execute, project, page, tmp_path):
    files = {"test_it.py": "import time\ndef test_breaks(): pass\ndef test_gone(): pass\ndef test_mended(): assert 0\n"
             "def test_slower(): pass\n"}  # fmt: skip
    folder = project(files)
    first = tmp_path / "first.html"
    execute(folder, "--report-html", first)
    (folder / "test_it.py").write_text(
        "import time\ndef test_breaks(): assert 0\ndef test_mended(): pass\ndef test_new(): pass\n"
        "def test_slower(): time.sleep(0.3)\n"
    )
    second = tmp_path / "second.html"
    execute(folder, "--report-html", second, "--compare-with", first)
    driver = page(second)
    tab(driver, "compare")
    text = driver.find_element(By.ID, "panel-compare").text
    assert "Compared with first.html" in text
    for title in ("Newly failing: 1", "Fixed: 1", "Slower: 1", "Faster: 0", "New: 1", "Gone: 1"):
        assert title in text
    assert accessibility(driver) == []
    driver.find_element(By.CSS_SELECTOR, "#panel-compare button").click()
    assert "test_it.py::test_breaks" in driver.find_element(By.ID, "detail").text


def test_a_passing_test_takes_little_room(execute, project, coordinator, tmp_path):
    one = "import pytest\n@pytest.mark.parametrize('n', range({}))\ndef test_of_some_length_in_its_name(n): pass\n"
    sizes = {}
    for count in (10, 2010):
        report = tmp_path / f"{count}.html"
        run = execute(project({"test_it.py": one.format(count)}, f"project{count}"), "--report-html", report)
        assert run.process.returncode == 0
        assert len(data_of(report)["tests"]["name"]) == count
        sizes[count] = report.stat().st_size
    assert (sizes[2010] - sizes[10]) / 2000 < 120


def test_it_is_made_again_from_events(run, coordinator, tmp_path):
    again = tmp_path / "again.html"
    command = [str(coordinator), "--from-json", str(run.report), "--report-html", str(again)]
    subprocess.run(command, check=False, capture_output=True, env=parity.clean_environment())
    assert again.read_bytes() == run.html.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--compare-with", "x.html"], "--compare-with is for --report-html FILE: give both"),
        (["--report-html", "r.html", "--compare-with", "nothing.html"], "nothing.html: No such file or directory"),
        (["--report-html", "r.html", "--compare-with", "test_it.py"], "test_it.py: neither event lines"),
    ],
)
def test_what_cannot_be_compared_is_one_error(execute, project, arguments, message):
    run = execute(project({"test_it.py": "def test_a(): pass\n"}), *arguments)
    assert run.process.returncode == 4
    assert message in run.stderr and run.stderr.count("\n") == 1
