"""Makes packages, and knows a project that is run with them."""

import os
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


def run(*words, cwd=None, env=None, timeout=200):
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    words = [str(word) for word in words]
    return subprocess.run(
        words,
        cwd=cwd,
        env={**clean, **(env or {})},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
    )


def must(*words, **options):
    done = run(*words, **options)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout
