"""Modules that are loaded between two runs: which are loaded, and that tests cannot see the difference."""

from __future__ import annotations

import textwrap

import pytest


class Site:
    """For one test: a virtual environment with packages, a zygote in that environment, and a project."""

    def __init__(self, venv, keep, directory):
        self._folder = next(venv.glob("lib/python*/site-packages"))
        self._python = venv / "bin" / "python"
        self._keep = keep
        self.directory = directory
        directory.mkdir()

    def add(self, name, text="", **modules):
        """Writes a module or, with submodules, a package."""
        if not modules:
            (self._folder / f"{name}.py").write_text(textwrap.dedent(text))
            return
        (self._folder / name).mkdir()
        for module, source in {"__init__": text, **modules}.items():
            (self._folder / name / f"{module}.py").write_text(textwrap.dedent(source))

    def run_after_preload(self, names, capfd, **modules):
        """Returns the outcomes of a run after a run that asked for `names`, and the zygote's output."""
        for name, source in modules.items():
            (self.directory / f"{name}.py").write_text(textwrap.dedent(source))
        kept = self._keep(self.directory, self._python)
        kept.preload = names
        assert kept.why_stale() == ""
        kept.clear()
        assert kept.why_stale() == ""
        worker = kept.run("test_m.py")
        assert worker.last("ended")["exit_status"] == 0, worker.stderr()
        return capfd.readouterr().err


@pytest.fixture
def site(venv, keep, tmp_path):
    return Site(venv, keep, tmp_path / "project")


# Tells whether the process that runs the test has imported the module.
NOTES_ITS_PROCESS = "import os; PROCESS = os.getpid()\n"
IS_PRELOADED = "assert {0}.PROCESS != __import__('os').getpid()"
IS_NOT_PRELOADED = "assert {0}.PROCESS == __import__('os').getpid()"


def test_a_package_is_there_when_it_is_imported_and_not_before(site, capfd):
    site.add(
        "lib", NOTES_ITS_PROCESS + "from . import part\nimport xml.sax.xmlreader\nimport other", part="VALUE = 1\n"
    )
    site.add("other", NOTES_ITS_PROCESS)
    said = site.run_after_preload(
        ["other", "lib"],
        capfd,
        test_m=f"""
        import importlib.util
        import sys
        import xml

        def test_before():
            assert not {{"lib", "lib.part", "other", "xml.sax.xmlreader"}} & sys.modules.keys()
            assert not hasattr(xml, "sax")
            assert importlib.util.find_spec("lib").origin.endswith("/lib/__init__.py")
            assert "lib" not in sys.modules

        def test_import():
            import lib.part
            {IS_PRELOADED.format("lib")}
            {IS_PRELOADED.format("lib.other")}
            assert {{"lib", "lib.part", "other", "xml.sax.xmlreader"}} <= sys.modules.keys()
            assert lib.part.VALUE == 1 and sys.modules["lib.part"] is lib.part
            assert type(lib.__spec__.loader).__name__ == "SourceFileLoader" and lib.__spec__.loader is lib.__loader__
            assert hasattr(xml.sax, "xmlreader")
        """,
    )
    assert said == ""


def test_a_module_of_the_projects_comes_before_it(site, capfd):
    site.add("lib", NOTES_ITS_PROCESS + "import inner")
    site.add("inner", NOTES_ITS_PROCESS)
    site.run_after_preload(
        ["lib"],
        capfd,
        inner=NOTES_ITS_PROCESS + "MINE = True",
        test_m=f"""
        import lib

        def test_it():
            assert lib.inner.MINE
            {IS_NOT_PRELOADED.format("lib")}
        """,
    )


def test_a_module_that_was_missing_then_and_is_there_now(site, capfd):
    site.add("lib", NOTES_ITS_PROCESS + "try:\n    import accelerator\nexcept ImportError:\n    accelerator = None\n")
    site.run_after_preload(
        ["lib"],
        capfd,
        accelerator="",
        test_m=f"""
        import lib

        def test_it():
            assert lib.accelerator is not None
            {IS_NOT_PRELOADED.format("lib")}
        """,
    )


def test_one_whose_assertions_are_rewritten(site, capfd):
    site.add("lib", NOTES_ITS_PROCESS + "from lib import checks", checks="def check(value): assert value == 1\n")
    site.run_after_preload(
        ["lib"],
        capfd,
        conftest="import pytest; pytest.register_assert_rewrite('lib.checks')\n",
        test_m=f"""
        import pytest
        import lib.checks

        def test_it():
            {IS_NOT_PRELOADED.format("lib")}
            with pytest.raises(AssertionError, match="assert 2 == 1"):
                lib.checks.check(2)
        """,
    )


def test_while_somebody_watches(site, capfd):
    site.add("lib", NOTES_ITS_PROCESS)
    site.run_after_preload(
        ["lib"],
        capfd,
        test_m=f"""
        import sys

        def test_it():
            sys.settrace(lambda *args: None)
            try:
                import lib
            finally:
                sys.settrace(None)
            {IS_NOT_PRELOADED.format("lib")}
        """,
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import nowhere", "it cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("raise SystemExit(3)", "it cannot be imported: SystemExit: 3"),
        ("import os; os._exit(0)", "its import ends the process, or takes too long"),
        ("print('hello')", "its import writes something"),
        ("import warnings; warnings.warn('old')", "its import warns: old"),
        ("import os; os.environ['X'] = '1'", "its import changes the environment"),
        ("import os; os.environ.get('NO_COLOR')", "its import asks for the variable NO_COLOR"),
        ("import os; dict(os.environ)", "its import asks for every variable"),
        ("import os; os.chdir('/')", "its import changes the directory"),
        ("import sys; sys.path.append('/x')", "its import changes sys.path"),
        ("import sys; sys.meta_path.append(object())", "its import changes how modules are found"),
        ("import warnings; warnings.simplefilter('error')", "its import changes the filters of warnings"),
        ("import signal; signal.signal(signal.SIGUSR1, print)", "its import changes the handling of signals"),
        ("file = open('/dev/null')", "its import changes open files"),
        ("import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()", "changes threads"),
        ("import atexit; atexit.register(print)", "its import changes what happens at exit"),
        ("import random; random.seed(1)", "its import changes random numbers"),
        ("import logging; logging.basicConfig()", "its import changes logging"),
        ("import builtins; builtins.answer = 42", "its import changes builtins"),
        ("import json; json.dumps = print", "its import changes json.dumps"),
        ("import _pytest.python; _pytest.python.more = 1", "its import changes _pytest.python.more"),
    ],
    ids=lambda value: value[:30] if "import" in value[:8] or "(" in value[:12] else "",
)
def test_what_may_not_be_loaded_beforehand(site, capfd, source, why):
    site.add("lib", NOTES_ITS_PROCESS + source)
    site.add("good", NOTES_ITS_PROCESS)
    said = site.run_after_preload(
        ["lib", "good"],
        capfd,
        test_m=f"""
        def test_it():
            import good
            {IS_PRELOADED.format("good")}
        """,
    )
    assert "lib is not loaded beforehand: " in said
    assert why in said


def test_modules_that_are_not_of_site_packages(site, capfd):
    said = site.run_after_preload(["test_m", "pytest"], capfd, test_m="def test_it(): pass\n")
    assert "test_m is not loaded beforehand: it is not found" in said
    assert "pytest is not loaded beforehand: it is loaded with pytest" in said


def test_a_run_that_does_not_ask_for_it_has_another_zygote(keep, tmp_path):
    kept = keep(tmp_path)
    kept.preload = ["colorsys"]
    assert kept.why_stale() == ""
    kept.clear()
    kept.preload = []
    assert kept.why_stale() == "colorsys is loaded, which the run does not ask for"
