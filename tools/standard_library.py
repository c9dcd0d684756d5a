#!/usr/bin/env python3
"""Renews the list of the standard library's modules that discovery knows (standard_library_modules.inc).

    tools/standard_library.py --write ~/.pyenv/versions/3.{9,10,11,12,13}.*/bin/python

The list holds the top-level modules of every version that Fastest supports. Names are only ever added: the script asks
each interpreter that is given, by default the one that runs it, and joins the answers with the list as it is. Private
modules (_abc) are left out, because test files do not import from them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parents[1] / "coordinator/discovery/facts/standard_library_modules.inc"

HEAD = """\
// Top-level modules of Python's standard library, sorted: all that any supported version has. Written by
// tools/standard_library.py.
"""

# Python 3.9 has no sys.stdlib_module_names. There, the names are those of the files and folders of the library.
QUESTION = """
import os, sys, sysconfig
names = set(getattr(sys, "stdlib_module_names", ()))
if not names:
    names.update(sys.builtin_module_names)
    library = sysconfig.get_path("stdlib")
    for name in os.listdir(library) + os.listdir(os.path.join(library, "lib-dynload")):
        path = os.path.join(library, name)
        if name.endswith((".py", ".so")) or os.path.exists(os.path.join(path, "__init__.py")):
            names.add(name.partition(".")[0])
    names -= {"test", "__phello__"}
print("\\n".join(names))
"""


def known():
    """The names in the list as it is."""
    return {line.strip(' ",') for line in LIST.read_text("utf-8").splitlines() if line.startswith('    "')}


def public_modules(python):
    """The names of the standard library's public modules in the version of this interpreter."""
    answer = subprocess.run([python, "-c", QUESTION], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name for name in answer.split() if name == "__future__" or not name.startswith("_")}


def text_of(names):
    """The list's file with these names."""
    return HEAD + "".join(f'    "{name}",\n' for name in sorted(names))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", default=[sys.executable], metavar="PYTHON")
    parser.add_argument("--write", action="store_true", help="renew the file instead of printing it")
    options = parser.parse_args()
    text = text_of(known().union(*map(public_modules, options.pythons)))
    if options.write:
        LIST.write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
