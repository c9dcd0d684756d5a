"""Entry of the zygote: `python fastest_runner/__main__.py --control FD`.

A worker's interpreter must look as the `pytest` command would have left it:
- our directory is not on sys.path;
- our modules do not have names that a project may use;
- `__main__` is not ours.
"""

import functools
import importlib.util
import os
import sys

# The name under which this package is imported. No project uses that name, so no project can get the package by
# accident. A project's own copy of `fastest_runner`, as in our own tests, is then another module.
_PRIVATE_NAME = "_fastest_runner"


def _import_package(directory):
    """Imports this package from `directory` without touching sys.path."""
    spec = importlib.util.spec_from_file_location(
        _PRIVATE_NAME, os.path.join(directory, "__init__.py"), submodule_search_locations=[directory]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PRIVATE_NAME] = package
    spec.loader.exec_module(package)


def _start():
    """Returns a zygote's exit status. In each forked process it returns the function that runs the worker."""
    directory = os.path.dirname(os.path.abspath(__file__))
    script_directory = os.path.dirname(sys.executable)
    # The `pytest` script has its own directory first on sys.path. With -P or PYTHONSAFEPATH no script's directory is
    # there. (Python follows links to find the script's directory, and Bazel's runfiles are links.)
    if sys.path and os.path.abspath(sys.path[0]) in (directory, os.path.dirname(os.path.realpath(__file__))):
        sys.path[0] = script_directory
    if len(sys.argv) != 3 or sys.argv[1] != "--control" or not sys.argv[2].isdigit():
        sys.stderr.write("usage: python fastest_runner/__main__.py --control FD (started by fastest-agent)\n")
        return 2
    _import_package(directory)
    zygote = importlib.import_module(_PRIVATE_NAME + ".process.zygote")
    worker_module = _PRIVATE_NAME + ".worker"
    launch = zygote.serve(int(sys.argv[2]), worker_module)
    if isinstance(launch, int):
        return launch
    return functools.partial(importlib.import_module(worker_module).run, launch)


if __name__ == "__main__":
    # The worker runs from here, where the zygote's frames are gone: below a test are as many frames as with `pytest`.
    _life = _start()
    sys.exit(_life if isinstance(_life, int) else _life())
