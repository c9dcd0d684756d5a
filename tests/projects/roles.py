"""Projects that ask whether they are the controller, a worker, or alone, and act by the answer."""

from __future__ import annotations

from features import feature
from project import ROLES

# How a project asks whether `config` is a worker's.
ASKS = {
    "hasattr": "hasattr(config, 'workerinput')",
    "getattr": "getattr(config, 'workerinput', None) is not None",
    "vars": "'workerinput' in vars(config)",
    "split word": "hasattr(config, 'worker' + 'input')",
    "environment": "'PYTEST_XDIST_WORKER' in os.environ",
    "environment get": "bool(os.environ.get('PYTEST_XDIST_WORKER'))",
    "count": "'PYTEST_XDIST_WORKER_COUNT' in os.environ",
    "testrun": "'PYTEST_XDIST_TESTRUNUID' in os.environ",
    "environment prefix": "any(name.startswith('PYTEST_XDIST_W') for name in os.environ)",
    "plugin": "not config.pluginmanager.hasplugin('dsession') and config.pluginmanager.hasplugin('xdist')"
    " and hasattr(config, 'workeroutput')",
    "xdist": "__import__('xdist').is_xdist_worker(types.SimpleNamespace(config=config))",
    "xdist controller": "__import__('xdist').get_xdist_worker_id(types.SimpleNamespace(config=config))"
    " not in ('master', 'controller')",
    "try": "asks_by_exception(config)",
}
# Questions that can be asked where there is no config.
_WITHOUT_CONFIG = ("environment", "environment get", "count", "testrun", "environment prefix")

_BY_EXCEPTION = """
def asks_by_exception(config):
    try: return bool(config.workerinput)
    except AttributeError: return False
"""


def _question(draft, at_import=False):
    """Text that defines is_worker(config), in the file itself or in a module that the file imports."""
    name = draft.rng.choice(_WITHOUT_CONFIG if at_import else list(ASKS))
    text = f"import os, types\n{_BY_EXCEPTION if name == 'try' else ''}"
    text += f"def is_worker(config): return {ASKS[name]}\n"
    if draft.odds(0.7):
        return text
    n = draft.number()
    module = draft.rng.choice([f"role_{n}", f"tools_{n}/role"])
    draft.data(f"{module}.py", text)
    if "/" in module:
        draft.data(f"tools_{n}/__init__.py", "")
    draft.ini("pythonpath", ".")
    return f"import os, types\nfrom {module.replace('/', '.')} import is_worker\n"


def _root():
    return "ROOT = os.path.dirname(os.path.abspath(__file__))\n"


_PLACES = ("conftest.py", "conftest.py", "plugin")


def _in_class(draft, name, argument, body):
    """A hook as a function, or as a method of a plugin that pytest_configure registers."""
    if draft.odds(0.7) or name in ("pytest_configure", "pytest_load_initial_conftests"):
        return f"def {name}({argument}):\n    {body}\n"
    return (
        f"class Part:\n    def {name}(self, {argument}):\n        {body}\n"
        "def pytest_configure(config): config.pluginmanager.register(Part())\n"
    )


_PREPARING = (
    ("pytest_configure", "config", "config"),
    ("pytest_configure", "config", "config"),
    ("pytest_sessionstart", "session", "session.config"),
    ("pytest_cmdline_main", "config", "config"),
    ("pytest_collection", "session", "session.config"),
    ("pytest_report_header", "config", "config"),
)


@feature("role:prepares_file", weight=3, traits=(ROLES,))
def prepares_file(draft):
    """The controller prepares a file that tests, or modules at import, read."""
    n = draft.number()
    question = _question(draft)
    hook, argument, config = draft.rng.choice(_PREPARING)
    write = f"open(os.path.join(ROOT, 'prepared_{n}'), 'w').write('12')"
    draft.root_conftest()
    draft.hooks(
        question + _root() + _in_class(draft, hook, argument, f"if not is_worker({config}): {write}"),
        places=_PLACES,
    )
    at_import = draft.odds(0.4) and hook in ("pytest_configure", "pytest_sessionstart", "pytest_cmdline_main")
    for place in draft.some_modules():
        depth = "os.path.dirname(" * (place.count("/") + 1) + "os.path.abspath(__file__)" + ")" * (place.count("/") + 1)
        read = f"open(os.path.join({depth}, 'prepared_{n}')).read()"
        m = draft.number()
        if at_import:
            draft.code(
                place,
                f"import os, pytest\n@pytest.mark.parametrize('digit', list({read}))\ndef test_digit_{m}(digit): pass",
            )
        else:
            draft.code(place, f"import os\ndef test_prepared_{m}(): assert {read} == '12'")


@feature("role:prepares_at_import", weight=2, traits=(ROLES,))
def prepares_at_import(draft):
    """A conftest or plugin prepares a file when it is imported, or in pytest_load_initial_conftests."""
    n = draft.number()
    question = _question(draft, at_import=True)
    write = f"open(os.path.join(ROOT, 'imported_{n}'), 'w').write('x')"
    draft.root_conftest()
    if draft.odds(0.3):
        draft.hooks(
            question
            + _root()
            + f"def pytest_load_initial_conftests(early_config):\n    if not is_worker(early_config): {write}",
            places=("plugin",),
        )
    else:
        draft.hooks(question + _root() + f"if not is_worker(None): {write}", places=_PLACES)
    draft.code("conftest.py", f"import os\ndef imported_{n}(): return os.path.exists('imported_{n}')")
    m = draft.number()
    draft.code(
        draft.module(), f"def test_imported_{m}(request): assert (request.config.rootpath / 'imported_{n}').exists()"
    )


@feature("role:environment", weight=3, traits=(ROLES,))
def environment(draft):
    """The controller sets a variable of the environment, which its workers inherit."""
    n = draft.number()
    question = _question(draft)
    hook, argument, config = draft.rng.choice(_PREPARING[:5])
    draft.hooks(
        question + _in_class(draft, hook, argument, f"if not is_worker({config}): os.environ['SERVICE_{n}'] = 'up'"),
        places=_PLACES,
    )
    if draft.odds(0.4):
        draft.hooks(
            question
            + f"def pytest_unconfigure(config):\n    if not is_worker(config): os.environ.pop('SERVICE_{n}', None)"
        )
    for place in draft.some_modules():
        draft.code(
            place, f"import os\ndef test_service_{draft.number()}(): note('service', os.environ.get('SERVICE_{n}'))"
        )


@feature("role:configure_node", weight=3, traits=(ROLES,))
def configure_node(draft):
    """The controller gives each worker an input, and hears of its end."""
    n = draft.number()
    value = draft.rng.choice(["'db_' + node.gateway.id", "{'name': node.gateway.id, 'n': (1, 2)}", "[1, None]", "b'x'"])
    draft.hooks(
        f"""
        import os, pytest
        class Nodes:
            def pytest_configure_node(self, node): node.workerinput["given_{n}"] = {value}
            def pytest_testnodedown(self, node, error): note("down", node.workerinput["given_{n}"], error)
        def pytest_configure(config):
            if config.pluginmanager.hasplugin("xdist") and not hasattr(config, "workerinput"):
                config.pluginmanager.register(Nodes())
        @pytest.fixture(scope="session")
        def given_{n}(request):
            given = getattr(request.config, "workerinput", None)
            return given["given_{n}"] if given else "single"
        """
        if draft.odds(0.5)
        else f"""
        import os, pytest
        @pytest.hookimpl(optionalhook=True)
        def pytest_configure_node(node): node.workerinput["given_{n}"] = {value}
        @pytest.fixture(scope="session")
        def given_{n}(request): return getattr(request.config, "workerinput", {{}}).get("given_{n}")
        """
    )
    for place in draft.some_modules():
        draft.code(place, f"def test_given_{draft.number()}(given_{n}): note('given', type(given_{n}).__name__)")


@feature("role:worker_output", weight=2, traits=(ROLES,))
def worker_output(draft):
    """Workers leave something in workeroutput, and the controller prints what it got."""
    value = draft.rng.choice(["[1, 2]", "{'x': (1, 2)}", "'text'", "b'bytes'", "{1, 2}", "None"])
    draft.hooks(
        f"""
        import pytest
        OUTPUT = []
        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            if hasattr(session.config, "workeroutput"): session.config.workeroutput["own"] = {value}
        @pytest.hookimpl(optionalhook=True)
        def pytest_testnodedown(node, error): OUTPUT.append(repr(node.workeroutput.get("own")))
        def pytest_terminal_summary(terminalreporter):
            for words in sorted(OUTPUT): terminalreporter.write_line("SEEN output " + words)
        """,
        places=_PLACES,
    )


@feature("role:registers", weight=3, traits=(ROLES,))
def registers(draft):
    """A plugin is registered by the role, in the controller or in workers."""
    question = _question(draft)
    only = draft.rng.choice(["not is_worker(config)", "is_worker(config)"])
    hook = draft.rng.choice(
        [
            "def pytest_runtest_logreport(self, report): self.seen.append('%s %s' % (report.nodeid, report.when))",
            "def pytest_runtest_setup(self, item): note('registered setup', item.nodeid)",
            "def pytest_sessionfinish(self, session): note('registered finish')",
            "def pytest_sessionstart(self, session): note('registered start')",
            "def pytest_collection_modifyitems(self, items): items[:] = items[1:]",
            "def pytest_warning_recorded(self, warning_message): self.seen.append(str(warning_message.message))",
            "def pytest_collection_finish(self, session): note('registered collection')",
        ]
    )
    draft.hooks(
        question
        + "class Registered:\n"
        + "    def __init__(self): self.seen = []\n"
        + f"    {hook}\n"
        + "    def pytest_terminal_summary(self, terminalreporter):\n"
        + "        for words in sorted(self.seen): terminalreporter.write_line('SEEN ' + words)\n"
        + f"def pytest_configure(config):\n    if {only}: config.pluginmanager.register(Registered(), 'registered')\n",
        places=_PLACES,
    )


@feature("role:in_hook", weight=3, traits=(ROLES,))
def in_hook(draft):
    """A hook notes which role called it."""
    question = _question(draft)
    name, argument, config = draft.rng.choice(
        [
            ("pytest_configure", "config", "config"),
            ("pytest_unconfigure", "config", "config"),
            ("pytest_sessionstart", "session", "session.config"),
            ("pytest_sessionfinish", "session", "session.config"),
            ("pytest_runtest_setup", "item", "item.config"),
            ("pytest_collection_finish", "session", "session.config"),
            ("pytest_runtestloop", "session", "session.config"),
            ("pytest_terminal_summary", "config", "config"),
            ("pytest_collection", "session", "session.config"),
            ("pytest_cmdline_main", "config", "config"),
            ("pytest_deselected", "items", "items[0].config"),
        ]
    )
    draft.hooks(
        question + f"def {name}({argument}): note('{name[7:]}', 'worker' if is_worker({config}) else 'no worker')",
        places=_PLACES,
    )


@feature("role:in_test", weight=2, traits=(ROLES,))
def in_test(draft):
    """Tests and fixtures that ask for their worker."""
    for place in draft.some_modules():
        n = draft.number()
        draft.code(
            place,
            draft.rng.choice(
                [
                    f"def test_role_{n}(worker_id): note('worker', worker_id == 'master')",
                    f"def test_role_{n}(request): note('input', hasattr(request.config, 'workerinput'))",
                    f"import os\ndef test_role_{n}(): note('count', os.environ.get('PYTEST_XDIST_WORKER_COUNT'))",
                    f"def test_role_{n}(testrun_uid): note('uid', bool(testrun_uid))",
                    f"def test_role_{n}(request): note('n', request.config.getoption('numprocesses', None))",
                    f"def test_role_{n}(request): note('dist', request.config.getoption('dist'))",
                    f"def test_role_{n}(request):\n"
                    f"    note('names', sorted(getattr(request.config, 'workerinput', {{}})))",
                    f"import os\ndef test_role_{n}():\n"
                    f"    note('names', sorted(name for name in os.environ if name.startswith('PYTEST_')))",
                    f"def test_role_{n}(request): note('plugins', request.config.pluginmanager.hasplugin('dsession'))",
                    f"def test_role_{n}(request):\n"
                    f"    note('terminal', request.config.pluginmanager.hasplugin('terminalreporter'))",
                ]
            ),
        )


@feature("role:worker_deselects", weight=1, traits=(ROLES,))
def worker_deselects(draft):
    """A conftest that collects less in workers, or only without workers."""
    question = _question(draft)
    no = draft.rng.choice(["", "not "])
    draft.hooks(
        question + f"def pytest_collection_modifyitems(config, items):\n    if {no}is_worker(config): del items[::3]\n",
        places=_PLACES,
    )


@feature("role:exit_status", weight=1.5, traits=(ROLES,))
def exit_status(draft):
    question = _question(draft)
    no = draft.rng.choice(["", "not "])
    draft.hooks(
        question
        + f"def pytest_sessionfinish(session, exitstatus):\n    if {no}is_worker(session.config):"
        + " session.exitstatus = 6\n",
        places=_PLACES,
    )


@feature("role:marks", weight=1.5, traits=(ROLES,))
def marks(draft):
    """Marks or skips by the role, at import."""
    question = _question(draft, at_import=True)
    n = draft.number()
    draft.code(
        draft.module(),
        question
        + f"import pytest\n@pytest.mark.skipif(is_worker(None), reason='not in workers')\ndef test_marked_{n}(): pass\n"
        + f"@pytest.mark.parametrize('x', [1, 2] if is_worker(None) else [1])\ndef test_sized_{n}(x): pass",
    )
