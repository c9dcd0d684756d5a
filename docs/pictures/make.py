"""Makes the pictures of this folder from real runs: two small agents, a suite with a bit of all, a browser, a terminal.

$(tools/setup --python test) docs/pictures/make.py
"""

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/harness"))
from report_page import start_browser

# isort: split
from rich.console import Console
from rich.text import Text
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HERE = Path(__file__).resolve().parent
BIN = HERE.parents[1] / "bazel-bin"

SUITE = {
    "test_basket.py": """
import pathlib, time
import pytest

@pytest.fixture(scope="module")
def shop(): time.sleep(0.3)

@pytest.mark.parametrize("amount", range(40))
def test_adds(shop, amount): time.sleep(0.01)

def test_total(shop):
    basket = [("apple", 3), ("pear", 2)]
    print("basket:", basket)
    assert sum(count for _, count in basket) == 6

def test_remote_stock():
    mark = pathlib.Path(__file__).with_name("asked")
    first = not mark.exists()
    mark.touch()
    time.sleep(0.2)
    assert not first, "no answer"
""",
    "test_prices.py": "import pytest, time\n"
    "@pytest.mark.parametrize('n', range(30))\ndef test_price(n): time.sleep(0.02)\n"
    "@pytest.mark.skip(reason='needs a licence')\ndef test_tax(): pass\n"
    "@pytest.mark.xfail(reason='rounding')\ndef test_rounding(): assert 0.1 + 0.2 == 0.3\n",
    "test_invoice.py": "import time\ndef test_prints(): time.sleep(0.9)\ndef test_sends(): time.sleep(0.4)\n",
}


def tmux(*args):
    command = ["tmux", "-L", f"fastest-picture-{os.getpid()}", "-f", "/dev/null", *map(str, args)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def terminal(project, addresses):
    """A run in the midst of its tests, as a terminal of 100x30 shows it."""
    tmux("new-session", "-d", "-s", "main", "-x", "100", "-y", "30", "-c", project, "sh")
    try:
        tmux("set-option", "-g", "status", "off")
        tmux("set-option", "-g", "history-limit", "1000")
        binary = BIN / "coordinator/fastest-coordinator"
        tmux("send-keys", "-t", "main", "-l", f"PS1='$ '; clear; alias fastest-coordinator={binary}; clear")
        tmux("send-keys", "-t", "main", "Enter")
        tmux("send-keys", "-t", "main", "-l", f"fastest-coordinator --agents {','.join(addresses)} --min-agents 2")
        tmux("send-keys", "-t", "main", "Enter")
        shown, end = "", time.monotonic() + 60
        # Most of it is done, and the live area stands.
        while time.monotonic() < end and not re.search(r"\[[#.]{20}\] .* [4-6]\d/7\d tests", plain(shown)):
            shown = tmux("capture-pane", "-p", "-e", "-t", "main")
            time.sleep(0.02)
        console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
        console.print(Text.from_ansi(shown.rstrip("\n")))
        # Without the fonts that it would fetch.
        picture = re.sub(r"@font-face \{.*?\}\n", "", console.export_svg(title="fastest-coordinator"), flags=re.DOTALL)
        (HERE / "terminal.svg").write_text(picture, encoding="utf-8")
    finally:
        tmux("kill-server")


def main():
    with tempfile.TemporaryDirectory() as work:
        project, page = Path(work) / "shop", Path(work) / "report.html"
        project.mkdir()
        for name, text in SUITE.items():
            (project / name).write_text(text, encoding="utf-8")
        agents, addresses = [], []
        try:
            for name in ("north", "south"):
                port = Path(work) / name
                agent = [BIN / "agent/fastest-agent", "--listen", "127.0.0.1:0", "--port-file", port, "--name", name]
                agent += ["--slots", "2", "--workdir", project, "--python", sys.executable]
                agents.append(subprocess.Popen(agent, stderr=subprocess.DEVNULL))
                while not port.exists():
                    time.sleep(0.01)
                addresses.append(port.read_text(encoding="utf-8").strip())
            command = [BIN / "coordinator/fastest-coordinator", "--agents", ",".join(addresses), "--min-agents", "2",
                       "--retries", "1", "--report-html", page]  # fmt: skip
            subprocess.run(command, cwd=project, check=False)
            (project / "asked").unlink(missing_ok=True)
            terminal(project, addresses)
        finally:
            for agent in agents:
                agent.terminate()
                agent.wait()
        driver = start_browser("1200,760")
        try:
            driver.get(f"file://{page}")
            WebDriverWait(driver, 60).until(lambda d: d.find_element(By.TAG_NAME, "body").get_attribute("data-ready"))
            driver.find_element(By.ID, "tab-tests").click()
            driver.find_element(By.ID, "search").send_keys("total")
            driver.find_element(By.CSS_SELECTOR, "#grid-body .row").click()
            driver.execute_script(
                "const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'))"
            )
            driver.save_screenshot(str(HERE / "tests.png"))
            driver.find_element(By.ID, "tab-timeline").click()
            driver.save_screenshot(str(HERE / "timeline.png"))
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
