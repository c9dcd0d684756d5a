"""The list of the standard library's modules that discovery knows, against the Python that runs this."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("standard_library", ROOT / "tools" / "standard_library.py")
standard_library = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(standard_library)


def test_every_public_module_of_this_python_is_in_the_list():
    names = standard_library.public_modules(sys.executable)
    assert {"__future__", "os", "unittest"} <= names
    assert not names - standard_library.known()


def test_the_list_is_as_the_script_writes_it():
    """Sorted, as discovery's binary search needs it, and each name once."""
    assert standard_library.LIST.read_text("utf-8") == standard_library.text_of(standard_library.known())


def test_modules_that_only_some_versions_have_are_known():
    assert {"tomllib", "distutils", "asyncore", "cgi", "parser"} <= standard_library.known()


def test_a_python_without_the_list_of_names_is_asked_for_its_files(tmp_path):
    """As Python 3.9 answers, so this one does once its own list is taken away."""
    launcher = tmp_path / "python"
    hide = "import sys; del sys.stdlib_module_names; exec(sys.argv[1])"
    launcher.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{hide}' \"$2\"\n")
    launcher.chmod(0o755)
    names = standard_library.public_modules(str(launcher))
    assert {"__future__", "os", "sys", "unittest", "email", "math"} <= names
