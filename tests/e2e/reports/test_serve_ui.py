"""--serve-ui: a real browser watches real runs. Other requests to the server are made by hand."""

import http.client
import json
import re
import signal
import socket
import threading
import urllib.error
import urllib.request

import browser_packages  # noqa: F401
import pytest
from coordinator_process import wait_until
from report_page import accessibility, data_of, rows, start_browser, tab

# isort: split
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

# The run stops at each gate until the test opens it.
SUITE = {
    "pytest.ini": "[pytest]\nmarkers = no_retry\n",
    "test_run.py": """
import os, pathlib, time, pytest

def wait_for(name):
    while not pathlib.Path(os.environ["HERE"], name).exists(): time.sleep(0.01)

@pytest.mark.parametrize("n", range(30))
def test_first(n): pass

@pytest.mark.no_retry
def test_fails():
    print("said <b>before</b>")
    assert "<i>" == "</script>"

def test_gate_one(): wait_for("one")

@pytest.mark.no_retry
def test_fails_too(): assert 0

@pytest.mark.parametrize("n", range(30))
def test_second(n): pass

def test_flaky():
    mark = pathlib.Path(os.environ["HERE"], "been_here")
    first = not mark.exists()
    mark.touch()
    assert not first

def test_gate_two(): wait_for("two")
""",
}


KEEPS_THE_RUN = """
const update = Views.prototype.update;
Views.prototype.update = function (run) { document.run = run; update.call(this, run); };
"""


@pytest.fixture(scope="module")
def browser():
    driver = start_browser()
    yield driver
    driver.quit()


@pytest.fixture
def serve(start, project, tmp_path):
    """Starts a run with a page. The `address` of the run is the page's HOST:PORT."""

    def serve(*arguments, files=SUITE, host="127.0.0.1", slots=1, **more):
        port_file = tmp_path / "ui"
        run = start(
            project(files), "--serve-ui", f"{host}:0", "--serve-ui-port-file", port_file, *arguments,
            slots=slots, env={"HERE": str(tmp_path)}, **more,
        )  # fmt: skip
        wait_until(port_file.exists, "the page's port")
        run.address = port_file.read_text().strip()
        return run

    return serve


@pytest.fixture
def watch(browser):
    """Opens a run's page. At the end the browser's console must show no error."""

    def watch(run):
        browser.get(f"http://{run.address}/")
        until(browser, lambda: browser.find_element(By.TAG_NAME, "body").get_attribute("data-ready"))
        return browser

    yield watch
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


def until(driver, condition):
    try:
        WebDriverWait(driver, 60, poll_frequency=0.05).until(lambda _: condition())
    except TimeoutException as problem:
        problem.msg = driver.find_element(By.TAG_NAME, "body").text
        raise


def state(driver):
    return driver.find_element(By.TAG_NAME, "body").get_attribute("data-live")


def line(driver):
    return driver.find_element(By.ID, "live-line").text


def shown(driver):
    return driver.find_element(By.ID, "shown").text


def get(address, path, **headers):
    request = urllib.request.Request(f"http://{address}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def refusal(address, path, method="GET", **headers):
    """The status and the text of a refusal."""
    request = urllib.request.Request(f"http://{address}{path}", headers=headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    with caught.value as answer:
        return answer.code, answer.read().decode()


def test_a_run_is_watched_to_its_end(serve, watch, tmp_path):
    report = tmp_path / "report.html"
    run = serve("--retries", "1", "--report-html", report)
    driver = watch(run)
    driver.execute_script(KEEPS_THE_RUN)
    assert driver.find_element(By.ID, "title").text == "The run goes on"
    until(driver, lambda: "31 of 65 tests" in line(driver))
    assert "1 failed, 30 passed" in line(driver)
    until(driver, lambda: "test_run.py::test_gate_one" in driver.find_element(By.ID, "live-now").text)
    assert driver.find_element(By.ID, "live-progress").get_attribute("max") == "65"
    assert accessibility(driver) == []

    # The user reads a failure while more tests come. Search, order, detail and focus stay as they are.
    tab(driver, "tests")
    until(driver, lambda: shown(driver) == "31 tests")
    driver.find_element(By.ID, "sort-duration").click()
    search = driver.find_element(By.ID, "search")
    search.send_keys("fails")
    assert [row[1] for row in rows(driver)] == ["test_run.py::test_fails"]
    driver.find_element(By.CSS_SELECTOR, "#grid-body .row").click()
    text = driver.find_element(By.ID, "detail").text
    assert "AssertionError" in text and "said <b>before</b>" in text
    driver.execute_script("arguments[0].scrollTop = 40; document.kept = arguments[0].children[1]",
                          driver.find_element(By.ID, "detail"))  # fmt: skip
    search.click()
    assert accessibility(driver) == []
    (tmp_path / "one").touch()
    until(driver, lambda: shown(driver) == "2 of 63 tests")
    assert {row[1] for row in rows(driver)} == {"test_run.py::test_fails", "test_run.py::test_fails_too"}
    assert driver.switch_to.active_element.get_attribute("id") == "search"
    assert driver.find_element(By.CSS_SELECTOR, "[aria-sort='descending']").text == "Duration"
    assert driver.find_element(By.CSS_SELECTOR, ".row.active").text.split("\n")[1] == "test_run.py::test_fails"
    assert driver.find_element(By.ID, "detail").text == text
    assert driver.execute_script("return [document.kept.isConnected, document.kept.parentElement.scrollTop]") == [
        True,
        40,
    ]

    # The focused button is made again, and keeps the focus.
    tab(driver, "timeline")
    lanes = driver.find_element(By.ID, "lanes")
    lanes.send_keys(Keys.ARROW_RIGHT, "+")
    zoomed = lanes.get_attribute("data-from"), lanes.get_attribute("data-to")
    tab(driver, "overview")
    chip = driver.find_element(By.CSS_SELECTOR, ".chips .o-p")
    assert chip.text == "61 passed"
    driver.execute_script("arguments[0].focus()", chip)
    (tmp_path / "two").touch()
    assert run.wait() == 1, run.text
    until(driver, lambda: state(driver) == "finished")
    assert driver.switch_to.active_element.text == "63 passed"
    assert driver.find_element(By.ID, "title").text == "Tests failed"
    assert line(driver).startswith("The run is over: 65 tests, 2 failed, 63 passed")
    assert driver.title == "Failed: 65 tests"
    assert [chip.text for chip in driver.find_elements(By.CSS_SELECTOR, ".chips button")] == [
        "2 failed", "63 passed", "1 flaky",
    ]  # fmt: skip
    assert "exit code\n1" in driver.find_element(By.ID, "panel-overview").text
    # The detail is still open, and the page can still be used.
    tab(driver, "tests")
    assert driver.find_element(By.ID, "detail").text == text
    assert shown(driver) == "2 of 65 tests"
    search.clear()
    search.send_keys("flaky")
    assert [row[1] for row in rows(driver)] == ["test_run.py::test_flaky"]
    tab(driver, "timeline")
    assert (lanes.get_attribute("data-from"), lanes.get_attribute("data-to")) == zoomed
    for name in ("overview", "tests", "timeline", "files"):
        tab(driver, name)
        assert accessibility(driver) == []
    # The page has the data of the report, in the same order.
    have = driver.execute_script("return document.run.data")
    assert have.pop("finished") is True
    assert have == data_of(report)


def test_a_run_that_dies_is_lost(serve, browser, tmp_path):
    run = serve()
    browser.get(f"http://{run.address}/")
    until(browser, lambda: browser.title == "Running: 31 tests")
    run.send(signal.SIGKILL)
    run.wait()
    until(browser, lambda: state(browser) == "lost")
    assert line(browser).startswith("The run was lost: its coordinator does not answer any more.")
    # The results so far are still there.
    tab(browser, "tests")
    assert shown(browser) == "31 tests"
    assert accessibility(browser) == []
    # The page goes on asking, so only failed requests may be in the console.
    browser.get("about:blank")
    assert all("ERR_" in entry["message"] for entry in browser.get_log("browser"))


def test_several_pages_follow_and_one_comes_late(serve, watch, tmp_path):
    run = serve()
    driver = watch(run)
    first = driver.current_window_handle
    others = []
    for _ in range(3):
        driver.switch_to.new_window("tab")
        others.append(watch(run).current_window_handle)
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1, run.text
    for handle in [*others, first]:
        driver.switch_to.window(handle)
        until(driver, lambda: state(driver) == "finished")
        assert driver.title == "Failed: 65 tests"
        if handle != first:
            driver.close()
    driver.switch_to.window(first)


def test_compared_at_the_end(serve, execute, project, watch, tmp_path):
    earlier = tmp_path / "earlier.jsonl"
    for gate in ("one", "two", "been_here"):
        (tmp_path / gate).touch()
    execute(project(SUITE), "--report-json", earlier, "--deselect", "test_run.py::test_fails_too",
            env={"HERE": str(tmp_path)})  # fmt: skip
    (tmp_path / "two").unlink()
    run = serve("--compare-with", earlier)
    driver = watch(run)
    assert driver.find_elements(By.ID, "tab-compare") == []
    (tmp_path / "two").touch()
    assert run.wait() == 1, run.text
    until(driver, lambda: state(driver) == "finished")
    tab(driver, "overview")
    driver.find_element(By.ID, "tab-overview").send_keys(Keys.END)
    assert "New: 1" in driver.find_element(By.ID, "panel-compare").text
    driver.find_element(By.XPATH, "//*[@id='panel-compare']//button[contains(., 'fails_too')]").click()
    assert "test_run.py::test_fails_too" in driver.find_element(By.ID, "detail").text


class Follower(threading.Thread):
    """Reads the lines of /events to their end."""

    def __init__(self, address, path="/events"):
        super().__init__(daemon=True)
        host, port = address.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)
        self.connection.request("GET", path)
        self.answer = self.connection.getresponse()
        self.lines = []
        self.start()

    def run(self):
        for text in self.answer:
            self.lines.append(text.decode())

    def states(self):
        return [json.loads(text.removeprefix("data: ")) for text in list(self.lines) if text.startswith("data: ")]


def test_events_and_data_by_hand(serve, tmp_path):
    run = serve()
    follower = Follower(run.address)
    assert follower.answer.getheader("Content-Type") == "text/event-stream"
    wait_until(lambda: [s for s in follower.states() if s["now"] and s["tests"] == 31], "the first gate")
    said = [s for s in follower.states() if s["now"]][-1]
    assert said["state"] == "running" and said["counts"] == {"f": 1, "p": 30} and said["running"] == 1
    ((lane, test, seconds),) = said["now"]
    assert lane.endswith(" #1") and test == "test_run.py::test_gate_one" and seconds >= 0

    # Each part goes on where the part before ended. Together they are the whole.
    whole = json.loads(get(run.address, "/data"))
    assert not whole["finished"] and whole["complete"] and whole["files"] == ["test_run.py"]
    part = json.loads(get(run.address, "/data?from=30&files=1"))
    assert part["from"] == {"tests": 30, "attempts": 0, "files": 1, "collected": 0} and part["files"] == []
    assert part["next"] == whole["next"] == {"tests": 31, "attempts": 0, "files": 1, "collected": 0}
    assert part["tests"]["name"] == whole["tests"]["name"][30:] == ["test_fails"]
    assert part["tests"]["details"]["0"] == whole["tests"]["details"]["30"]
    for beyond in (31, 5000):
        assert json.loads(get(run.address, f"/data?from={beyond}"))["tests"]["name"] == []
    (tmp_path / "one").touch()
    wait_until(lambda: follower.states()[-1]["tests"] == 64, "the second gate")
    part = json.loads(get(run.address, "/data?from=31"))
    assert part["tests"]["name"][:2] == ["test_gate_one", "test_fails_too"] and len(part["tests"]["name"]) == 33

    # The run does not wait for a reader that has all data.
    (tmp_path / "two").touch()
    wait_until(lambda: follower.states()[-1]["state"] == "finished", "the end")
    page = follower.states()[-1]["page"]
    last = json.loads(get(run.address, f"/data?page={page}"))
    assert last["finished"] and last["about"]["exit_code"] == 1 and len(last["tests"]["name"]) == 65
    follower.join(60)
    assert not follower.is_alive() and all(text.startswith(("data: ", ":")) or text == "\n" for text in follower.lines)
    assert run.wait() == 1


def test_a_reader_who_does_not_read_holds_up_nobody(serve, tmp_path):
    run = serve(files={**SUITE, "test_long.py": "def test_long(): assert 0, 'x' * 9_000_000"})
    wait_until(lambda: len(json.loads(get(run.address, "/data"))["tests"]["name"]) == 32, "the first gate")
    host, port = run.address.rsplit(":", 1)
    readers = []
    for path in ("/data", "/data", "/events", "/events"):
        reader = socket.create_connection((host, int(port)))
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        readers.append(reader)
    # The last reader does not even send a request.
    readers.append(socket.create_connection((host, int(port))))
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1, run.text
    for reader in readers:
        reader.close()


def test_no_more_than_so_many_follow(serve, tmp_path):
    run = serve()
    followers = [Follower(run.address) for _ in range(16)]
    assert all(follower.answer.status == 200 for follower in followers)
    status, text = refusal(run.address, "/events")
    assert (status, text) == (503, "Too many browsers follow this run: close another page of it.\n")
    assert json.loads(get(run.address, "/data"))["tests"]
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1, run.text


def test_what_it_does_not_answer(serve, tmp_path):
    run = serve()
    for path in ("/nothing", "/data/", "/../etc/passwd", "/events/x"):
        assert refusal(run.address, path) == (404, "There is no such page.\n")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
        assert refusal(run.address, "/data", method)[0] == 405
    for query in ("from=x", "from=-1", "attempts=1e3", "page=99999999999999999999999"):
        status, text = refusal(run.address, f"/data?{query}")
        assert status == 400 and text == "from, attempts, files, collected, page and ended are numbers.\n"
    # A foreign name that resolves to this machine is refused.
    for host in (
        "evil.example",
        "127.evil.example",
        "localhost.evil.example:80",
        f"evil.example:{run.address[-5:]}",
        "",
    ):
        for path in ("/", "/events", "/data"):
            assert refusal(run.address, path, Host=host)[0] == 403
    for host in ("localhost", "localhost:1", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:80"):
        assert get(run.address, "/data", Host=host)
    with urllib.request.urlopen(f"http://{run.address}/", timeout=60) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
        text = answer.read().decode()
    assert "connect-src 'self'" in text and "default-src 'none'" in text
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1
    assert f"fastest: the run is shown at http://{run.address}/\n" in run.stderr


def test_others_need_the_token(serve, browser, tmp_path):
    with (tmp_path / "stderr").open("wb") as stderr:
        run = serve(host="0.0.0.0", stderr=stderr)

    def urls():
        text = (tmp_path / "stderr").read_text()
        return re.findall(r"the run is shown at (http://0\.0\.0\.0:\d+/\?token=[0-9a-f]{32})\n", text)

    (url,) = wait_until(urls, "the page's address")
    address = run.address.replace("0.0.0.0", "127.0.0.1")
    token = url.rpartition("=")[2]
    for path in ("/", "/data", "/events", "/nothing"):
        for query in (
            "",
            "?token=",
            f"?token={token[:-1]}",
            f"?token={token}0",
            f"?token={'0' * 32}",
            f"?from={token}",
        ):
            status, text = refusal(address, path + query)
            assert status == 403 and token not in text
    assert refusal(address, "/data", "POST")[0] == 403
    assert json.loads(get(address, f"/data?from=0&token={token}"))["tests"]
    browser.get(url.replace("0.0.0.0", "127.0.0.1"))
    until(browser, lambda: "31 of" in line(browser) and state(browser) == "running")
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1
    until(browser, lambda: state(browser) == "finished")
    assert browser.get_log("browser") == []


def test_by_ipv6(serve, watch, tmp_path):
    run = serve(host="[::1]")
    assert run.address.startswith("[::1]:")
    page = watch(run)
    until(page, lambda: "31 of" in line(page) and state(page) == "running")
    for gate in ("one", "two"):
        (tmp_path / gate).touch()
    assert run.wait() == 1
    until(page, lambda: state(page) == "finished")


def test_an_address_that_cannot_be_had_is_one_error(execute, project):
    folder = project({"test_it.py": "def test_a(): pass\n"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = execute(folder, "--serve-ui", f"127.0.0.1:{port}")
        assert ran.process.returncode == 4
        assert f"--serve-ui 127.0.0.1:{port}: cannot listen there: the port is taken" in ran.stderr
        assert ran.stderr.count("\n") == 1
    for arguments, message in (
        (["--serve-ui", "here"], '--serve-ui here: "here" is not HOST:PORT'),
        (["--serve-ui", "192.0.2.1:0"], "--serve-ui 192.0.2.1:0: cannot listen there"),
        (["--serve-ui", "no.such.host:0"], "--serve-ui no.such.host:0: cannot listen there"),
        (["--serve-ui-port-file", "x"], "--serve-ui-port-file is for --serve-ui: give both"),
        (
            ["--serve-ui", "localhost:0", "--serve-ui-port-file", "no/such/file"],
            f"--serve-ui-port-file {folder}/no/such/file: cannot be written",
        ),
    ):
        ran = execute(folder, *arguments)
        assert ran.process.returncode == 4
        assert message in ran.stderr and ran.stderr.count("\n") == 1


def test_a_run_without_workers_ends_as_ever(execute, project):
    ran = execute(project({"test_it.py": "def test_a(): pass\n"}), "--serve-ui", "localhost:0", "--no-such-option")
    assert ran.process.returncode == 4 and "unrecognized arguments: --no-such-option" in ran.text
