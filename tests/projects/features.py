"""What made-up projects consist of: tests, parametrizations, readers of the session, reports, errors, settings.

Each function adds one feature to a Draft. Hooks come from hook_table.py, and questions for the role from roles.py.
"""

from __future__ import annotations

from project import ALONE, ROLES, STOPS

# Maps the name of a feature to its function, by group. The order is part of what a seed means.
TESTS: dict = {}
FEATURES: dict = {}


def _named(table, name, **options):
    def keep(function):
        table[name] = (function, options)
        return function

    return keep


def feature(name, **options):
    """`weight` says how often the feature is drawn, `traits` what it says of the whole project."""
    return _named(FEATURES, name, **options)


def tests(name, **options):
    return _named(TESTS, name, **options)


# ---- tests -----------------------------------------------------------------------------------------------------------

_PLAIN = {
    "pass": "def test_one_{n}(): pass\ndef test_two_{n}(): assert 1 + 1 == 2",
    "fail": "def test_one_{n}(): assert 1 == 2\ndef test_two_{n}(): raise ValueError('made up')",
    "skip": "import pytest\ndef test_one_{n}(): pytest.skip('made up')\n"
    "@pytest.mark.skip(reason='marked')\ndef test_two_{n}(): pass",
    "skipif": "import pytest\n@pytest.mark.skipif('1 == 1', reason='text')\ndef test_one_{n}(): pass\n"
    "@pytest.mark.skipif(False, reason='no')\ndef test_two_{n}(): pass",
    "xfail": "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_one_{n}(): assert 0\n"
    "@pytest.mark.xfail\ndef test_two_{n}(): pass",
    "xfail_strict": "import pytest\n@pytest.mark.xfail(strict=True, reason='strict')\ndef test_two_{n}(): pass\n"
    "@pytest.mark.xfail(raises=ValueError)\ndef test_one_{n}(): raise KeyError('x')",
    "output": "import sys\ndef test_one_{n}():\n    print('to stdout')\n    print('to stderr', file=sys.stderr)\n"
    "    assert 0",
    "warns": "import warnings\ndef test_one_{n}(): warnings.warn('made up {n}')\ndef test_two_{n}(): pass",
    "deprecated": "import warnings\ndef test_one_{n}(): warnings.warn('old {n}', DeprecationWarning)",
    "class": "class TestGroup{n}:\n    def setup_method(self): self.value = 1\n"
    "    def test_one(self): assert self.value == 1\n    def test_two(self): assert self.value == 2",
    "inherited": "class Base{n}:\n    value = 1\n    def test_one(self): assert self.value\n"
    "class TestFirst{n}(Base{n}): pass\nclass TestSecond{n}(Base{n}):\n    value = 0",
    "unittest": "import unittest\nclass Case{n}(unittest.TestCase):\n"
    "    @classmethod\n    def setUpClass(cls): cls.value = 3\n    def setUp(self): self.other = 4\n"
    "    def test_one(self): self.assertEqual(self.value, 3)\n    def test_two(self): self.assertEqual(self.other, 5)\n"
    "    @unittest.skip('skipped')\n    def test_skipped(self): pass\n"
    "    @unittest.expectedFailure\n    def test_expected(self): self.fail('x')",
    "unittest_subtests": "import unittest\nclass Sub{n}(unittest.TestCase):\n    def test_one(self):\n"
    "        for i in range(3):\n            with self.subTest(i=i): self.assertNotEqual(i, 1)",
    "subtests": "def test_one_{n}(subtests):\n    for i in range(3):\n"
    "        with subtests.test('message', i=i): assert i != 1",
    "setup_module": "STATE_{n} = []\ndef setup_function(function): STATE_{n}.append(function.__name__)\n"
    "def test_one_{n}(): assert STATE_{n}[-1] == 'test_one_{n}'",
    "record_property": "def test_one_{n}(record_property): record_property('key', {n})\n"
    "def test_two_{n}(record_property): record_property('key', 'text')",
    "record_testsuite": "def test_one_{n}(record_testsuite_property): record_testsuite_property('suite', 'x')",
    "builtin": "def test_one_{n}(tmp_path, monkeypatch, capsys):\n    monkeypatch.setenv('OWN', '1')\n    print('x')\n"
    "    assert capsys.readouterr().out == 'x\\n' and not list(tmp_path.iterdir())",
    "caplog": "import logging\ndef test_one_{n}(caplog):\n    logging.getLogger('own').warning('logged %d', {n})\n"
    "    assert len(caplog.records) == 1\n    assert 0",
    "two_marks": "import pytest\n@pytest.mark.slow\ndef test_one_{n}(): pass\n"
    "@pytest.mark.usefixtures('tmp_path')\ndef test_two_{n}(): pass",
    "literal": "import pytest\n@pytest.mark.parametrize('x', [1, 2, 3])\ndef test_one_{n}(x): assert x != 2\n"
    "@pytest.mark.parametrize('a, b', [(1, 'é'), pytest.param(2, None, id='named', marks=pytest.mark.xfail)])\n"
    "@pytest.mark.parametrize('c', ['x', ''])\ndef test_two_{n}(a, b, c): assert a == 1",
    "ids_function": "import pytest\n@pytest.mark.parametrize('x', [1, 2.5, 'a', None, (1,), b'x', int], ids=repr)\n"
    "def test_one_{n}(x): pass",
    "same_ids": "import pytest\n@pytest.mark.parametrize('x', ['a', 'a', 'b'])\ndef test_one_{n}(x): assert x",
    "empty_set": "import pytest\n@pytest.mark.parametrize('x', [])\ndef test_one_{n}(x): pass",
    "indirect": "import pytest\n@pytest.fixture\ndef fix_{n}(request): return request.param * 2\n"
    "@pytest.mark.parametrize('fix_{n}', [1, 2], indirect=True)\ndef test_one_{n}(fix_{n}): assert fix_{n} == 2",
    "fixture_params": "import pytest\n@pytest.fixture(params=['a', 'b'], scope='module')\n"
    "def fix_{n}(request): return request.param\ndef test_one_{n}(fix_{n}): assert fix_{n} == 'a'\n"
    "def test_two_{n}(fix_{n}): pass",
    "class_params": "import pytest\n@pytest.mark.parametrize('x', [0, 1])\nclass TestParams{n}:\n"
    "    def test_one(self, x): assert x\n    def test_two(self, x, request): assert request.node.name",
    "setup_error": "import pytest\n@pytest.fixture\ndef fix_{n}(): raise OSError('no')\n"
    "def test_one_{n}(fix_{n}): pass\ndef test_two_{n}(): pass",
    "teardown_error": "import pytest\n@pytest.fixture\ndef fix_{n}():\n    yield 1\n    raise OSError('late')\n"
    "def test_one_{n}(fix_{n}): pass\ndef test_two_{n}(fix_{n}): assert 0",
    "no_fixture": "def test_one_{n}(no_such_fixture): pass\ndef test_two_{n}(): pass",
    "checks": "def check_one_{n}(): pass\ndef test_one_{n}(): pass",
    "made": "import pytest\n@pytest.fixture(params=[0])\ndef made(request): return request.param\n"
    "def test_one_{n}(made): pass",
    "generator": "def test_one_{n}():\n    yield 1",
    "returns": "def test_one_{n}(): return 1",
    "async": "async def test_one_{n}(): pass",
    "nodeid": "def test_one_{n}(request): assert request.node.nodeid.endswith('test_one_{n}')\n"
    "def test_two_{n}(request): assert request.node.path.name in request.node.nodeid",
    "docstring": 'def test_one_{n}():\n    """Adds two numbers."""\n    assert 0',
    "unraisable": "class Late{n}:\n    def __del__(self): raise ValueError('in del')\ndef test_one_{n}(): Late{n}()",
    "nested_class": "class TestOuter{n}:\n    class TestInner:\n        def test_one(self): pass\n"
    "    def test_two(self): assert 0",
}


def _plain(text):
    def add(draft):
        draft.code(draft.module(), text.replace("{n}", str(draft.number())))

    return add


for _name, _text in _PLAIN.items():
    TESTS[f"test:{_name}"] = (_plain(_text), {})


@tests("test:fixture_chain")
def fixture_chain(draft):
    """Fixtures of all scopes that note their lives."""
    n, place = draft.number(), draft.module()
    draft.code(
        place,
        f"""
        import pytest
        @pytest.fixture(scope="{draft.rng.choice(["module", "class", "function"])}")
        def fix_{n}(request):
            note("setup", request.scope, request.node.nodeid)
            yield {n}
            note("teardown", request.scope, request.node.nodeid)
        @pytest.fixture{draft.rng.choice(["", "(autouse=True)"])}
        def fix_on_{n}(request):
            note("on", request.node.nodeid)
            yield
            note("off", request.node.nodeid)
        class TestChain{n}:
            def test_one(self, fix_{n}): assert fix_{n} == {n}
            def test_two(self, fix_{n}, fix_on_{n}): pass
        """,
    )


@tests("test:conftest_fixture")
def conftest_fixture(draft):
    n = draft.number()
    scope = draft.rng.choice(["session", "package", "module", "function"])
    draft.code(
        draft.rng.choice(["conftest.py", draft.module().rpartition("/")[0] + "/conftest.py"]).lstrip("/"),
        f"""
        import os, pytest
        @pytest.fixture(scope="{scope}", autouse={draft.odds(0.3)})
        def fix_{n}():
            before = os.environ.get("OWN_{n}")
            os.environ["OWN_{n}"] = "set"
            note("fixture {n}")
            yield 7
            os.environ.pop("OWN_{n}")
        """,
    )
    draft.code(draft.module(), f"import os\ndef test_one_{n}(fix_{n}): assert os.environ['OWN_{n}'] == 'set'")


# ---- items are made when pytest makes them ---------------------------------------------------------------------------


@feature("late:registry", weight=4)
def registry(draft):
    """A parametrization over a registry that later modules fill."""
    n = draft.number()
    draft.support(
        f"registry_{n}",
        """
        ENTRIES = {"builtin": 1}
        class Entry:
            def __init_subclass__(cls): ENTRIES[cls.__name__] = 0
        """,
    )
    for place in draft.some_modules(2):
        if draft.odds(0.5):
            form = draft.rng.choice(["ENTRIES", "ENTRIES.items()", "sorted(ENTRIES)", "(e for e in ENTRIES)"])
            draft.code(
                place,
                f"""
                import pytest
                from registry_{n} import ENTRIES
                @pytest.mark.parametrize("entry", {form}, ids=str)
                def test_entry_{draft.number()}(entry): assert entry
                """,
            )
        else:
            m = draft.number()
            draft.code(place, f"from registry_{n} import Entry\nclass Own{m}(Entry): pass\ndef test_own_{m}(): pass")


@feature("late:shared_iterator", weight=3)
def shared_iterator(draft):
    """Modules that share an iterator, or an object that counts how often it was read."""
    n = draft.number()
    draft.support(
        f"shared_{n}",
        """
        import itertools
        NAMES = iter("abcdefghijklmnop")
        COUNT = itertools.count()
        class Lazy:
            calls = 0
            def __iter__(self):
                Lazy.calls += 1
                return iter(range(Lazy.calls))
            def __len__(self): return Lazy.calls + 1
        LAZY = Lazy()
        """,
    )
    for place in draft.some_modules(2):
        values, ids = draft.rng.choice(
            [
                ("LAZY", "None"),
                ("(next(NAMES) for _ in range(2))", "None"),
                ("[1, 2]", "lambda value: f'{value}-{next(COUNT)}'"),
                ("itertools.islice(NAMES, 2)", "None"),
                ("['x', 'y']", "(next(NAMES) for _ in range(2))"),
                ("map(str, LAZY)", "str"),
            ]
        )
        draft.code(
            place,
            f"""
            import itertools, pytest
            from shared_{n} import COUNT, LAZY, NAMES
            @pytest.mark.parametrize("value", {values}, ids={ids})
            def test_shared_{draft.number()}(value): pass
            """,
        )


@feature("late:generate_tests", weight=3)
def generate_tests(draft):
    """pytest_generate_tests over what modules or tests change."""
    n = draft.number()
    draft.support(f"models_{n}", "class Model: pass\nclass User(Model): pass\nNAMES = ['x']\n")
    draft.data(f"cases_{n}/one.txt", "1")
    values = draft.rng.choice(
        [
            f"[model.__name__ for model in models_{n}.Model.__subclasses__()]",
            f"sorted(os.listdir(os.path.join(os.path.dirname(os.path.abspath(models_{n}.__file__)), 'cases_{n}')))",
            f"list(models_{n}.NAMES)",
            f"range(len(models_{n}.NAMES))",
        ]
    )
    hook = f"""
        import os
        import models_{n}
        def pytest_generate_tests(metafunc):
            if "live_{n}" in metafunc.fixturenames: metafunc.parametrize("live_{n}", {values})
        """
    own = draft.odds(0.2)
    if not own:
        draft.hooks(hook, places=("conftest.py", "conftest.py", "plugin"))
    for place in draft.some_modules(2):
        m = draft.number()
        if own:
            draft.hooks(hook, places=(place,))
        draft.code(
            place,
            draft.rng.choice(
                [
                    f"def test_live_{m}(live_{n}): assert live_{n} is not None",
                    f"from models_{n} import Model\nclass Local{m}(Model): pass\ndef test_local_{m}(): pass\n"
                    f"def test_live_{m}(live_{n}): pass",
                    f"from models_{n} import NAMES\nNAMES.append('y{m}')\ndef test_live_{m}(live_{n}): pass",
                    f"import os, models_{n}\ndef test_writes_{m}(live_{n}):\n"
                    f"    folder = os.path.join(os.path.dirname(os.path.abspath(models_{n}.__file__)), 'cases_{n}')\n"
                    f"    open(os.path.join(folder, 'out_{m}.txt'), 'w').close()",
                ]
            ),
        )


@feature("late:patches", weight=3)
def patches(draft):
    """A later module changes what an earlier module defines."""
    if len(draft.modules) < 2:
        return
    n = draft.number()
    first, second = draft.some_modules(2)[:2]
    name = first.rpartition("/")[2][:-3]
    draft.code(
        first,
        f"""
        import pytest
        CASES_{n} = [1, 2]
        class Kind_{n}: calls = 0
        @pytest.mark.parametrize("case", CASES_{n})
        def test_case_{n}(case): pass
        class TestPatched{n}:
            def test_inner(self): pass
        """,
    )
    change = draft.rng.choice(
        [
            f"module.CASES_{n}.append(3)",
            f"module.CASES_{n}.clear()",
            f"module.test_case_{n}.__test__ = False",
            f"del module.test_case_{n}",
            f"module.TestPatched{n}.test_added = lambda self: None",
            f"module.TestPatched{n}.__test__ = False",
            "module.pytestmark = module.pytest.mark.skip(reason='patched')",
            f"module.test_case_{n}.pytestmark = []",
            f"module.test_extra_{n} = lambda: None",
            f"setattr(module, 'TestPatched{n}', type('TestPatched{n}', (), dict(test_new=lambda self: None)))",
        ]
    )
    draft.code(
        second,
        f"import sys\nmodule = sys.modules.get({name!r})\nif module is not None:\n    {change}\n"
        f"def test_patches_{n}(): pass",
    )


@feature("late:plugins_in_module", weight=2)
def plugins_in_module(draft):
    """A test module that brings a plugin, which holds from that module on."""
    n = draft.number()
    body = draft.rng.choice(
        [
            "def pytest_pycollect_makeitem(collector, name, obj):\n"
            "    if name.startswith('check_'): return pytest.Function.from_parent(collector, name=name)",
            "def pytest_itemcollected(item): item.add_marker(pytest.mark.xfail(reason='extra'))",
            "def pytest_generate_tests(metafunc):\n    if 'made' in metafunc.fixturenames:\n"
            "        metafunc.parametrize('made', [5, 6], indirect=True)",
            "@pytest.fixture(autouse=True)\ndef extra(monkeypatch): monkeypatch.setenv('EXTRA', 'on')",
            "def pytest_runtest_setup(item): item.user_properties.append(('extra', 1))",
        ]
    )
    draft.support(f"extra_{n}", f"import pytest\n{body}")
    places = draft.some_modules(2)
    for place in draft.modules:
        m = draft.number()
        draft.code(place, f"def check_{m}(): pass\nimport os\ndef test_env_{m}(): assert os.getenv('NEVER') is None")
    draft.hooks(f"pytest_plugins = ['extra_{n}']", places=(places[-1],))


@feature("late:state_of_hooks", weight=2)
def state_of_hooks(draft):
    """A test module that changes what a hook of collection asks."""
    n = draft.number()
    draft.support(f"state_{n}", "FLAGS = []\n")
    draft.hooks(
        draft.rng.choice(
            [
                f"""
                import pytest
                from state_{n} import FLAGS
                def pytest_itemcollected(item):
                    if FLAGS: item.add_marker(pytest.mark.skip(reason=FLAGS[-1]))
                """,
                f"""
                from state_{n} import FLAGS
                def pytest_pycollect_makeitem(collector, name, obj):
                    if FLAGS and name.endswith("two"): return []
                """,
                f"""
                from state_{n} import FLAGS
                def pytest_collection_modifyitems(items):
                    if len(FLAGS) > 1: items.reverse()
                    for item in items: item.user_properties.append(("flags", len(FLAGS)))
                """,
                f"""
                from state_{n} import FLAGS
                def pytest_make_parametrize_id(config, val, argname): return "%s-%d" % (val, len(FLAGS))
                """,
            ]
        )
    )
    for place in draft.some_modules(2):
        m = draft.number()
        draft.code(
            place,
            f"""
            import pytest
            from state_{n} import FLAGS
            FLAGS.append("flag {m}")
            def test_two(): pass
            @pytest.mark.parametrize("x", [1, 2])
            def test_state_{m}(x): pass
            """,
        )


@feature("late:fixture_by_import", weight=1)
def fixture_by_import(draft):
    """A module puts a fixture or a class for others into a shared module."""
    n = draft.number()
    draft.support(f"classes_{n}", "class Shared:\n    def test_shared(self): pass\n")
    for place in draft.some_modules(2):
        m = draft.number()
        draft.code(
            place,
            f"""
            from classes_{n} import Shared
            Shared.test_by_{m} = lambda self: None
            class TestShared{m}(Shared): pass
            """,
        )


# ---- the whole list of items -----------------------------------------------------------------------------------------

_ITEMS = (
    "len(session.items)",
    "session.testscollected",
    "len(getattr(session, 'it' + 'ems'))",
    "len(vars(session)['items'])",
    "','.join(item.name for item in session.items)",
    "[item.nodeid for item in session.items][0]",
    "sum(1 for item in session.items if item.get_closest_marker('slow'))",
)


@feature("items:in_test", weight=3)
def items_in_test(draft):
    for place in draft.some_modules():
        n = draft.number()
        reader = draft.rng.choice(_ITEMS)
        session = draft.rng.choice(["request.session", "request.node.session", "request.config.own_session"])
        if "own_session" in session:
            draft.hooks("def pytest_sessionstart(session): session.config.own_session = session")
        draft.code(place, f"def test_items_{n}(request):\n    session = {session}\n    note('items {n}', {reader})")


@feature("items:in_fixture", weight=2)
def items_in_fixture(draft):
    n, reader = draft.number(), draft.rng.choice(_ITEMS)
    scope = draft.rng.choice(["session", "module", "function"])
    draft.root_conftest()
    draft.code(
        "conftest.py",
        f"""
        @pytest.fixture(scope="{scope}", autouse=True)
        def fix_items_{n}(request):
            session = request.session
            note("items {n}", {reader})
            yield
            note("items at end {n}", {reader})
        """,
    )


@feature("items:in_hook", weight=3)
def items_in_hook(draft):
    reader = draft.rng.choice(_ITEMS)
    name, args, session = draft.rng.choice(
        [
            ("pytest_runtest_setup", "item", "item.session"),
            ("pytest_runtest_protocol", "item, nextitem", "item.session"),
            ("pytest_runtest_teardown", "item, nextitem", "item.session"),
            ("pytest_runtestloop", "session", "session"),
            ("pytest_collection_finish", "session", "session"),
            ("pytest_runtest_makereport", "item, call", "item.session"),
            ("pytest_fixture_setup", "fixturedef, request", "request.session"),
        ]
    )
    draft.hooks(f"def {name}({args}):\n    session = {session}\n    note('items in {name}', {reader})")


@feature("items:at_end", weight=2)
def items_at_end(draft):
    # How many tests failed in a worker depends on which it was given.
    failed = "session.testsfailed if not hasattr(session.config, 'workerinput') else 'some'"
    reader = draft.rng.choice([*_ITEMS[:2], failed])
    draft.hooks(f"def pytest_sessionfinish(session): note('at end', {reader})", traits=(ROLES,))


@feature("items:kept_list", weight=2)
def items_kept_list(draft):
    """A conftest keeps the list that it was given, and tests look at it."""
    n = draft.number()
    draft.support(f"kept_{n}", "ITEMS = []\n")
    draft.hooks(
        draft.rng.choice(
            [
                f"import kept_{n}\ndef pytest_collection_modifyitems(items): kept_{n}.ITEMS[:] = items",
                f"import kept_{n}\ndef pytest_collection_modifyitems(items): kept_{n}.ITEMS = items",
                f"import kept_{n}\ndef pytest_itemcollected(item): kept_{n}.ITEMS.append(item)",
                f"import kept_{n}\ndef pytest_collection_finish(session): kept_{n}.ITEMS = session.items",
                f"import kept_{n}\ndef pytest_collectreport(report): kept_{n}.ITEMS.append(report.nodeid)",
            ]
        )
    )
    draft.code(draft.module(), f"import kept_{n}\ndef test_kept_{n}(): note('kept {n}', len(kept_{n}.ITEMS))")


# ---- reports ---------------------------------------------------------------------------------------------------------

_VALUES = (
    "None",
    "True",
    "7",
    "2 ** 70",
    "-0.5",
    "1.5 + 2j",
    "'text \\u00e9'",
    "'\\ud800'",
    "b'\\x89PNG'",
    "(1, 2)",
    "()",
    "[1, [2, (3,)]]",
    "{1: 'one', 'b': 2}",
    "{(1, 2): {'x': None}}",
    "{1, 2}",
    "frozenset({'a'})",
    "float('inf')",
    "float('nan')",
)


@feature("report:attributes", weight=4)
def report_attributes(draft):
    """Attributes of all kinds on reports, read where all reports arrive."""
    value = draft.rng.choice(_VALUES)
    when = draft.rng.choice(["report.when == 'call'", "True", "report.when == 'teardown'", "report.failed"])
    wrapper = draft.odds(0.5)
    head = "wrapper=True" if wrapper else "hookwrapper=True"
    fetch = "report = yield" if wrapper else "report = (yield).get_result()"
    draft.hooks(
        f"""
        import pytest
        @pytest.hookimpl({head})
        def pytest_runtest_makereport(item, call):
            {fetch}
            if {when}: report.own = {value}
            return report
        ATTRIBUTES = []
        def pytest_runtest_logreport(report):
            own = getattr(report, "own", "nothing")
            ATTRIBUTES.append("%s %s %s %s" % (report.nodeid, report.when, type(own).__name__, ascii(own)))
        def pytest_terminal_summary(terminalreporter):
            for words in sorted(ATTRIBUTES): terminalreporter.write_line("SEEN " + words)
        """
        if wrapper
        else f"""
        import pytest
        @pytest.hookimpl({head})
        def pytest_runtest_makereport(item, call):
            {fetch}
            if {when}: report.own = {value}
        ATTRIBUTES = []
        def pytest_runtest_logreport(report):
            own = getattr(report, "own", "nothing")
            ATTRIBUTES.append("%s %s %s %s" % (report.nodeid, report.when, type(own).__name__, ascii(own)))
        def pytest_terminal_summary(terminalreporter):
            for words in sorted(ATTRIBUTES): terminalreporter.write_line("SEEN " + words)
        """,
        places=("conftest.py", "plugin"),
    )


@feature("report:untellable", weight=1, traits=(ALONE,))
def report_untellable(draft):
    """An attribute that no report can carry to another process."""
    draft.hooks(
        f"""
        import pytest
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            report.own = {draft.rng.choice(["item", "object()", "lambda: 1", "open(__file__)", "{'x': object}"])}
            return report
        def pytest_runtest_logreport(report): note(report.nodeid, report.when, type(report.own).__name__)
        """
    )


@feature("report:nodeid", weight=3)
def report_nodeid(draft):
    """A hook that rewrites report.nodeid."""
    change = draft.rng.choice(
        [
            "report.nodeid.encode('utf-8').decode('unicode_escape')",
            "report.nodeid.replace('test_', '')",
            "'own/' + report.nodeid",
            "report.nodeid + ' (%s)' % item.name",
            "report.nodeid.upper()",
        ]
    )
    draft.hooks(
        f"""
        import pytest
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            report = outcome.get_result()
            report.nodeid = {change}
        """
    )


@feature("report:properties", weight=2)
def report_properties(draft):
    """user_properties of all kinds, and a listener that prints them."""
    n, value = draft.number(), draft.rng.choice(_VALUES)
    draft.code(draft.module(), f"def test_props_{n}(record_property): record_property('own', {value})")
    draft.hooks(
        """
        PROPERTIES = []
        def pytest_runtest_logreport(report):
            if report.when == "teardown" and report.user_properties:
                for name, value in report.user_properties:
                    PROPERTIES.append(ascii((name, type(value).__name__, value)))
        def pytest_terminal_summary(terminalreporter):
            for words in sorted(PROPERTIES): terminalreporter.write_line("SEEN " + words)
        """,
        places=("conftest.py", "plugin"),
    )


@feature("report:subtests", weight=2)
def report_subtests(draft):
    """A listener that hears of subtests with values of all kinds."""
    n, value = draft.number(), draft.rng.choice([*_VALUES, "object", "Colour.RED"])
    draft.code(
        draft.module(),
        f"""
        import enum, unittest
        class Colour(str, enum.Enum):
            RED = "red"
        class Subtests{n}(unittest.TestCase):
            def test_own(self):
                with self.subTest(value={value}): pass
                with self.subTest({value}): self.assertTrue(False)
        def test_fixture_{n}(subtests):
            with subtests.test(msg="own", value={value}): pass
            with subtests.test(value={value}): assert 0
        """,
    )
    draft.hooks(
        """
        SUBTESTS = []
        def pytest_runtest_logreport(report):
            SUBTESTS.append("%s %s %s %s" % (report.nodeid, report.when, report.outcome, type(report).__name__))
        def pytest_terminal_summary(terminalreporter):
            for words in sorted(SUBTESTS): terminalreporter.write_line("SEEN " + words)
        """,
        places=("conftest.py", "plugin"),
    )


@feature("report:own_file", weight=2)
def report_own_file(draft):
    """A plugin that writes a report of all tests at the end."""
    draft.hooks(
        """
        import json, os
        ROOT = os.path.dirname(os.path.abspath(__file__))
        class Writer:
            def __init__(self): self.found = {}
            def pytest_runtest_logreport(self, report):
                self.found.setdefault(report.nodeid, []).append((report.when, report.outcome))
            def pytest_sessionfinish(self, session, exitstatus):
                with open(os.path.join(ROOT, "own_report.json"), "w") as file:
                    json.dump([int(exitstatus), sorted(self.found.items())], file)
        def pytest_configure(config):
            if not hasattr(config, "workerinput"): config.pluginmanager.register(Writer(), "own_writer")
        """,
        traits=(ROLES,),
        places=("conftest.py", "plugin"),
    )


# ---- errors and ends -------------------------------------------------------------------------------------------------

_BROKEN = {
    "syntax": "def test_broken(:\n    pass",
    "import": "import no_such_module",
    "raises": "raise ValueError('at import')",
    "skip": "import pytest\npytest.skip('whole module', allow_module_level=True)",
    "skip_wrong": "import pytest\npytest.skip('whole module')",
    "importorskip": "import pytest\npytest.importorskip('no_such_module')",
    "bad_params": "import pytest\n@pytest.mark.parametrize('a, b', [1])\ndef test_bad(a, b): pass",
    "unknown_arg": "import pytest\n@pytest.mark.parametrize('nobody', [1])\ndef test_bad(): pass",
    "same_test_twice": "import pytest\n@pytest.mark.parametrize('x', [1])\n@pytest.mark.parametrize('x', [2])\n"
    "def test_bad(x): pass",
    "init_class": "class TestInit:\n    def __init__(self): pass\n    def test_never(self): pass",
    "unknown_mark": "import pytest\n@pytest.mark.nobody_knows\ndef test_marked(): pass",
    "warns_at_import": "import warnings\nwarnings.warn('at import')\ndef test_after(): pass",
}


def _broken(text):
    def add(draft):
        draft.code(draft.module(), text)
        if draft.odds(0.5):
            draft.arg("--continue-on-collection-errors")

    return add


for _name, _text in _BROKEN.items():
    FEATURES[f"error:{_name}"] = (_broken(_text), {"weight": 0.6})


@feature("error:conftest", weight=0.5)
def conftest_error(draft):
    folder = draft.module().rpartition("/")[0]
    draft.code(f"{folder}/conftest.py".lstrip("/"), draft.rng.choice(["import no_such_module", "raise ValueError(1)"]))


@feature("error:usage_in_hook", weight=0.4)
def usage_in_hook(draft):
    error = draft.rng.choice(
        ["pytest.UsageError('own usage')", "RuntimeError('own error')", "pytest.exit.Exception('x')"]
    )
    name, args = draft.rng.choice(
        [
            ("pytest_configure", "config"),
            ("pytest_sessionstart", "session"),
            ("pytest_collection_modifyitems", "items"),
            ("pytest_collection_finish", "session"),
            ("pytest_sessionfinish", "session"),
        ]
    )
    traits = (ALONE,) if name in ("pytest_sessionfinish", "pytest_sessionstart") else ()
    draft.hooks(f"import pytest\ndef {name}({args}): raise {error}", traits=traits)


@feature("error:exit_in_test", weight=0.6, traits=(ALONE,))
def exit_in_test(draft):
    n = draft.number()
    body = draft.rng.choice(
        [
            "pytest.exit('enough', returncode=8)",
            "pytest.exit('enough')",
            "raise KeyboardInterrupt",
            "raise SystemExit(3)",
        ]
    )
    draft.code(draft.module(), f"import pytest\ndef test_exits_{n}(): {body}")


@feature("error:exit_at_import", weight=0.3)
def exit_at_import(draft):
    draft.code(draft.module(), "import pytest\npytest.exit('at import', returncode=5)", traits=(ALONE,))


@feature("error:hook_fails", weight=0.8)
def hook_fails(draft):
    """A hook of a test's run that raises."""
    name, args = draft.rng.choice(
        [
            ("pytest_runtest_setup", "item"),
            ("pytest_runtest_call", "item"),
            ("pytest_runtest_teardown", "item"),
            ("pytest_pyfunc_call", "pyfuncitem"),
            ("pytest_fixture_setup", "fixturedef"),
        ]
    )
    # What a teardown or a fixture leaves behind, the next test of the same process finds: which one that is, the
    # distribution says.
    traits = (ALONE,) if name in ("pytest_runtest_teardown", "pytest_fixture_setup") else ()
    draft.hooks(f"def {name}({args}): raise RuntimeError('own hook')", traits=traits)


@feature("error:internal", weight=0.3, traits=(ALONE,))
def internal(draft):
    name, args = draft.rng.choice(
        [
            ("pytest_runtest_logreport", "report"),
            ("pytest_runtest_makereport", "item"),
            ("pytest_runtest_protocol", "item"),
        ]
    )
    draft.hooks(f"def {name}({args}): raise RuntimeError('internal')")


@feature("error:should_stop", weight=0.6)
def should_stop(draft):
    name, args, session = draft.rng.choice(
        [
            ("pytest_runtest_setup", "item", "item.session"),
            ("pytest_runtest_teardown", "item", "item.session"),
            ("pytest_collection_finish", "session", "session"),
        ]
    )
    word = draft.rng.choice(["shouldstop", "shouldfail"])
    draft.hooks(f"def {name}({args}): {session}.{word} = 'own reason'", traits=(ALONE,))


# ---- options ---------------------------------------------------------------------------------------------------------

_ARGUMENTS = {
    "-k not": ("-k", "not two"),
    "-k or": ("-k", "one or case"),
    "-m": ("-m", "slow"),
    "-m not": ("-m", "not slow"),
    "-v": ("-v",),
    "-q": ("-q",),
    "-rA": ("-rA",),
    "--tb=short": ("--tb=short",),
    "--tb=line": ("--tb=line",),
    "--tb=no": ("--tb=no",),
    "-W error": ("-W", "error"),
    "-W ignore": ("-W", "ignore"),
    "importlib": ("--import-mode=importlib",),
    "append": ("--import-mode=append",),
    "strict": ("--strict-markers",),
    "--runxfail": ("--runxfail",),
    "--lf": ("--lf",),
    "--ff": ("--ff",),
    "no:cache": ("-p", "no:cacheprovider"),
    "-o": ("-o", "xfail_strict=true"),
    "--ignore": ("--ignore=test_b.py",),
    "--ignore-glob": ("--ignore-glob=*_a.py",),
    "--deselect": ("--deselect=test_a.py",),
    "doctest": ("--doctest-modules",),
    "-s": ("-s",),
    "folder": (".",),
    "file": ("test_a.py",),
    "files": ("test_b.py", "test_a.py"),
    "twice": ("test_a.py", "test_a.py"),
    "missing": ("no_such_file.py",),
    "unknown": ("--no-such-option",),
    "showlocals": ("--showlocals",),
    "no:warnings": ("-p", "no:warnings"),
    "no:terminalreporter": ("--no-header", "--no-summary"),
    "setup-show": ("--setup-show",),
    "assert=plain": ("--assert=plain",),
    "keep-duplicates": ("--keep-duplicates", "test_a.py", "test_a.py"),
    "junit": ("-o", "junit_family=xunit1"),
    "rootdir": ("--rootdir=.",),
    "confcutdir": ("--confcutdir=.",),
    "noconftest": ("--noconftest",),
    "color": ("--color=no",),
    "show-capture": ("--show-capture=no",),
}


def _argument(words):
    return lambda draft: draft.arg(*words)


for _name, _words in _ARGUMENTS.items():
    FEATURES[f"arg:{_name}"] = (_argument(_words), {"weight": 0.2 if _name in ("missing", "unknown") else 0.5})


@feature("arg:stops", weight=1.5, traits=(STOPS,))
def stops(draft):
    draft.arg(draft.rng.choice(["-x", "--maxfail=2", "--exitfirst", "--sw"]))


@feature("arg:last_failed_twice", weight=0.5)
def with_cache(draft):
    """--lf with a cache that an earlier run has left."""
    draft.data(".pytest_cache/v/cache/lastfailed", '{"test_a.py": true, "test_b.py": true}')
    draft.arg(draft.rng.choice(["--lf", "--ff", "--nf"]))


# ---- settings --------------------------------------------------------------------------------------------------------

_SETTINGS = {
    "error": [("filterwarnings", "error")],
    "filters": [("filterwarnings", "error::UserWarning"), ("filterwarnings", "ignore:made up")],
    "xfail_strict": [("xfail_strict", "true")],
    "python_files": [("python_files", "test_*.py"), ("python_files", "check_*.py")],
    "python_functions": [("python_functions", "test_*"), ("python_functions", "check_*")],
    "python_classes": [("python_classes", "Test*"), ("python_classes", "Case*")],
    "strict_markers": [("addopts", "--strict-markers")],
    "console": [("console_output_style", "count")],
    "classic": [("console_output_style", "classic")],
    "empty_xfail": [("empty_parameter_set_mark", "xfail")],
    "empty_fail": [("empty_parameter_set_mark", "fail_at_collect")],
    "usefixtures": [("usefixtures", "tmp_path")],
    "no_such_fixture": [("usefixtures", "nobody")],
    "minversion": [("minversion", "6.0")],
    "too_new": [("minversion", "99.0")],
    "testpaths": [("testpaths", ".")],
    "testpaths_file": [("testpaths", "test_a.py"), ("testpaths", "unit")],
    "norecursedirs": [("norecursedirs", "unit")],
    "addopts": [("addopts", "-rs --tb=short")],
    "unknown": [("no_such_setting", "1")],
    "assertion_pass": [("enable_assertion_pass_hook", "true")],
    "log_level": [("log_level", "INFO")],
    "strict_config": [("addopts", "--strict-config")],
    "required_plugins": [("required_plugins", "pytest-xdist")],
    "missing_plugins": [("required_plugins", "no-such-plugin")],
    "verbosity": [("verbosity_test_cases", "2")],
    "tmp_path": [("tmp_path_retention_policy", "none")],
    "faulthandler": [("faulthandler_timeout", "50")],
    "strict": [("strict", "true")],
    "parametrization_ids": [("strict_parametrization_ids", "true")],
}


def _settings(settings):
    def add(draft):
        for key, value in settings:
            draft.ini(key, value)

    return add


for _name, _values in _SETTINGS.items():
    _weight = 0.15 if _name in ("too_new", "missing_plugins", "no_such_fixture") else 0.5
    FEATURES[f"ini:{_name}"] = (_settings(_values), {"weight": _weight})


# ---- layouts ---------------------------------------------------------------------------------------------------------


@feature("layout:collect_ignore", weight=0.6)
def collect_ignore(draft):
    draft.root_conftest()
    draft.code(
        "conftest.py",
        draft.rng.choice(["collect_ignore = ['test_b.py']", "collect_ignore_glob = ['*_b.py', 'unit/*']"]),
    )


@feature("layout:packages", weight=1)
def packages(draft):
    for folder in sorted({place.rpartition("/")[0] for place in draft.modules} - {""}):
        draft.data(f"{folder}/__init__.py", "")


@feature("layout:sub_conftests", weight=1)
def sub_conftests(draft):
    """A conftest in each folder, with a fixture of the same name."""
    folders = sorted({place.rpartition("/")[0] for place in draft.modules})
    for folder in folders:
        place = f"{folder}/conftest.py".lstrip("/")
        draft.code(place, f"import pytest\n@pytest.fixture\ndef where(): return {folder!r}")
    for place in draft.modules:
        draft.code(place, f"def test_where_{draft.number()}(where): assert where == {place.rpartition('/')[0]!r}")


@feature("layout:own_files", weight=0.7)
def own_files(draft):
    draft.data("data.case", "good bad better\n")
    draft.data("test_texts.txt", ">>> 1 + 1\n2\n>>> 1 + 1\n3\n")


@feature("layout:module_plugin", weight=0.7)
def module_plugin(draft):
    """The root's conftest is a plugin of itself, or a module registers a plugin while pytest collects."""
    n = draft.number()
    draft.hooks(
        f"""
        import pytest
        class Late_{n}:
            def pytest_runtest_setup(self, item): note("late plugin", item.nodeid)
        def pytest_collection_finish(session): session.config.pluginmanager.register(Late_{n}())
        """
    )
