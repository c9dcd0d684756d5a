"""Makes packages, and knows a project that is run with them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROJECT = {
    "test_good.py": "import pytest\n\n\n@pytest.mark.parametrize('n', range(20))\ndef test_n(n):\n    assert n >= 0\n",
    "test_bad.py": "def test_fails():\n    assert 1 == 2\n",
}
VERDICT = "1 failed, 20 passed"


def ask(*words):
    return Path(
        subprocess.run([ROOT / "tools/setup", *words], check=True, capture_output=True, text=True).stdout.strip()
    )


def make(kind, folder):
    """Makes a package in `folder`, and returns its path."""
    done = subprocess.run(
        [ROOT / "tools/package", kind, folder], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])
