"""`python -m fastest` is to `fastest` what `python -m pytest` is to `pytest`.

- The working directory is first on sys.path (--as-module).
- This interpreter runs the tests, unless --python names another.
"""

import os
import sys


def _program():
    """Returns the path of the program `fastest` that was installed with this package."""
    site = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # PREFIX/lib/python3.11/site-packages. `pip install --target` puts `bin` beside the packages.
    prefix = os.path.dirname(os.path.dirname(os.path.dirname(site)))
    folders = [os.path.join(prefix, "bin"), os.path.join(site, "bin"), os.path.dirname(sys.executable)]
    for folder in folders:
        program = os.path.join(folder, "fastest")
        if os.access(program, os.X_OK):
            return program
    sys.stderr.write(f"ERROR: the program fastest is in none of these folders: {', '.join(folders)}\n")
    sys.exit(4)


def _has(arguments, option):
    return any(word == option or word.startswith(option + "=") for word in arguments)


def _main():
    arguments = sys.argv[1:]
    words = ["--as-module"]
    # A merge has a use for an interpreter only where it joins coverage data, and refuses it otherwise.
    needs_python = not _has(arguments, "--merge") or _has(arguments, "--coverage-data")
    if needs_python and not _has(arguments, "--python"):
        words += ["--python", sys.executable]
    program = _program()
    os.execv(program, [program, *words, *arguments])


if __name__ == "__main__":
    _main()
