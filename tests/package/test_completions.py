"""Completions, in the shells themselves, and manual pages."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
from packages import ROOT

FILES = {
    "test_shop.py": "import pytest\n\n\ndef test_buy():\n    pass\n\n\n"
    "class TestSell:\n    def test_one(self):\n        pass\n\n\n"
    "@pytest.mark.parametrize('n', [1, 22])\ndef test_many(n):\n    pass\n",
    "data.txt": "",
    "tests/test_deep.py": "def test_1():\n    pass\n",
}


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


class Bash:
    """An interactive bash in a terminal, with the completions loaded."""

    def __init__(self, environment, folder):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.environ.update(
                PATH=f"{environment}/bin:{os.environ['PATH']}", PS1="$ ", TERM="dumb", INPUTRC="/dev/null"
            )
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.pid = pid
        share = environment / "share/bash-completion/completions"
        self._say(f"source {share}/fastest; bind 'set enable-bracketed-paste off'; echo rea''dy\r", "ready")

    def _say(self, text, until):
        os.write(self.terminal, text.encode())
        heard, end = "", time.monotonic() + 30
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                heard += os.read(self.terminal, 65536).decode()
            if re.search(rf"^{until}", heard.replace("\r", ""), re.MULTILINE):
                return heard.replace("\r", "")
        raise AssertionError(f"waited in vain for {until}: {heard}")

    def tab(self, line):
        """Types the line and the tabulator key. Returns the words that stand there then."""
        # Ctrl-A goes to the beginning of the line, Ctrl-E to its end.
        heard = self._say(f"{line}\t\x01printf '<%s>\\n' \x05; echo do''ne\r", "done")
        return re.findall(r"^<(.*)>$", heard, re.MULTILINE)

    def list(self, line):
        """Returns what the shell offers for the line."""
        words = f"COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({line.split()[0]}); _fastest"
        heard = self._say(f"{words}; printf '<%s>\\n' \"${{COMPREPLY[@]}}\"; echo do''ne\r", "done")
        return re.findall(r"^<(.+)>$", heard, re.MULTILINE)

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@pytest.fixture
def bash(by_pip, shop):
    shell = Bash(by_pip, shop)
    yield shell
    shell.close()


def test_bash_completes_options_and_their_values(bash):
    assert bash.tab("fastest --report-ht") == ["fastest", "--report-html"]
    assert bash.tab("fastest-coordinator --as-m") == ["fastest-coordinator", "--as-module"]
    assert bash.tab("fastest --engine dir") == ["fastest", "--engine", "direct"]
    assert bash.tab("fastest --engine=dir") == ["fastest", "--engine=direct"]
    assert bash.tab("fastest --flaky-result fa") == ["fastest", "--flaky-result", "fail"]
    assert bash.tab("fastest --quarantine da") == ["fastest", "--quarantine", "data.txt"]
    assert bash.tab("fastest --quarantine=da") == ["fastest", "--quarantine=data.txt"]
    assert bash.tab("fastest-agent --idle") == ["fastest-agent", "--idle-exit"]
    assert bash.list("fastest --engine ") == ["auto", "pytest", "direct", "native"]


def test_bash_completes_paths_and_node_ids(bash):
    assert bash.tab("fastest -x te") == ["fastest", "-x", "test"]
    assert bash.tab("fastest -x tests/t") == ["fastest", "-x", "tests/test_deep.py"]
    assert bash.list("fastest da") == []
    assert bash.tab("fastest test_shop.py::test_b") == ["fastest", "test_shop.py::test_buy"]
    assert bash.tab("fastest test_shop.py::TestS") == ["fastest", "test_shop.py::TestSell::test_one"]
    assert bash.tab("fastest test_shop.py::TestSell::") == ["fastest", "test_shop.py::TestSell::test_one"]
    assert bash.tab("fastest test_shop.py::test_m") == ["fastest", "test_shop.py::test_many"]
    assert bash.tab("fastest 'x' tests/test_deep.py::") == ["fastest", "x", "tests/test_deep.py::test_1"]
    assert bash.tab(r"fastest --deselect test_shop.py::test_b") == ["fastest", "--deselect", "test_shop.py::test_buy"]
    assert len(bash.list("fastest test_shop.py::")) == 3
    assert len(bash.list("fastest test_shop.py::test_many[")) == 2


def test_zsh_and_fish_can_read_theirs(by_pip):
    for shell, file in {
        "zsh": "zsh/site-functions/_fastest",
        "fish": "fish/vendor_completions.d/fastest.fish",
    }.items():
        assert shutil.which(shell), f"{shell} is not there: tools/setup test"
        done = subprocess.run([shell, "-n", by_pip / "share" / file], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_fish_completes_options_and_node_ids(by_pip, shop):
    file = by_pip / "share/fish/vendor_completions.d/fastest.fish"

    def offered(line):
        script = f"source {file}; complete -C '{line}'"
        env = {**os.environ, "PATH": f"{by_pip}/bin:{os.environ['PATH']}", "HOME": str(shop)}
        done = subprocess.run(["fish", "--no-config", "-c", script], cwd=shop, env=env, capture_output=True, text=True)
        return [text.split("\t")[0] for text in done.stdout.splitlines()]

    assert offered("fastest --report-ht") == ["--report-html"]
    assert set(offered("fastest --engine ")) == {"auto", "pytest", "direct", "native"}
    # fish itself adds names of files behind the colons.
    ids = set(offered("fastest test_shop.py::test_")) - {"test_shop.py::test_shop.py"}
    assert ids == {"test_shop.py::test_buy", "test_shop.py::test_many"}


def test_zsh_completes_node_ids(by_pip, shop):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(shop)
        os.environ.update(PATH=f"{by_pip}/bin:{os.environ['PATH']}", TERM="dumb", PS1="$ ", ZDOTDIR=str(shop))
        os.execvp("zsh", ["zsh", "-f", "-i"])
    functions = by_pip / "share/zsh/site-functions"
    os.write(terminal, f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; bindkey -e\r".encode())
    lines = {"fastest test_shop.py::test_b": "test_shop.py::test_buy", "fastest --report-ht": "--report-html"}
    heard, end = "", time.monotonic() + 60
    for line in lines:
        os.write(terminal, f"{line}\t\x01print -l -- \x05\r".encode())
    os.write(terminal, b"print do''ne\r")
    while time.monotonic() < end and not re.search(r"^done", heard.replace("\r", ""), re.MULTILINE):
        if select.select([terminal], [], [], 0.1)[0]:
            heard += os.read(terminal, 65536).decode(errors="replace")
    os.close(terminal)
    os.waitpid(pid, 0)
    words = [line.strip() for line in heard.replace("\r", "\n").splitlines()]
    assert set(lines.values()) <= set(words), heard


@pytest.mark.parametrize("page", ["fastest", "fastest-agent", "fastest-coordinator"])
def test_manual_pages_have_every_option(by_pip, page):
    text = (by_pip / f"share/man/man1/{page}.1").read_text()
    if page == "fastest-coordinator":
        assert text == ".so man1/fastest.1\n"
        return
    program = by_pip / "bin" / page
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    names = {name for line in re.findall(r"^  (-\S+)", help_text, re.MULTILINE) for name in line.split(",")}
    assert len(names) > 15
    shown = text.replace("\\-", "-")
    assert {name for name in names if rf"\fB{name}\fR" not in shown} == set()
    assert "Excludes" not in text
    assert (ROOT / "base/version.h").read_text().count(re.search(r"Fastest (\d+\.\d+\.\d+)", text)[1]) == 1
