"""Items that are made without pytest's constructors: for which functions, and that no test can see the difference."""

from __future__ import annotations

import contextlib
import copy
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from fastest_runner.collection.collection import Collection
from fastest_runner.direct import is_late, is_postponed, make_function_items

pytestmark = pytest.mark.skipif(make_function_items() is None, reason="these items are of one version of pytest")

MODULE = """
    import functools

    import pytest

    @pytest.fixture(autouse=True)
    def always(): yield

    @pytest.fixture(scope="module")
    def wide(): return 1

    @pytest.fixture
    def narrow(wide, tmp_path): return wide

    @pytest.fixture(params=["a", "b"])
    def with_params(request): return request.param

    def helper(): pass

    def test_plain(): pass
    def test_fixture(narrow): pass
    def test_more(wide, narrow, monkeypatch, *, request): pass
    def test_defaults(narrow, one=1, *rest, two=2, capsys, **others): pass
    def test_missing(nobody): pass
    def test_positional(wide, /): pass
    async def test_async(): pass
    def test_params_of_fixture(with_params): pass

    @pytest.mark.skip
    @pytest.mark.own("a", b=1)
    def test_marks(wide): pass

    @pytest.mark.usefixtures("narrow")
    def test_use(): pass

    @pytest.mark.own
    @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.xfail), "long"])
    @pytest.mark.parametrize(("y", "z"), [(1, 2), (3, 4)], ids=["one", None])
    def test_params(x, y, z, wide): pass

    @pytest.mark.parametrize("wide", [5, 6], indirect=False, scope="module")
    def test_wide_params(wide): pass

    @pytest.mark.parametrize("x", [])
    def test_empty(x): pass

    def test_attribute(): pass
    test_attribute.word = "word"

    @functools.lru_cache
    def test_cached(): pass

    def inner(f):
        @functools.wraps(f)
        def test(*args): return f(*args)
        return test

    @inner
    def test_wrapped(wide): pass

    test_lambda = lambda wide: None
    test_partial = functools.partial(helper)

    def test_not(): pass
    test_not.__test__ = False

    class Base:
        @pytest.fixture
        def own(self): return 1
        def test_inherited(self, own): pass

    class TestA(Base):
        pytestmark = [pytest.mark.own]
        def setup_method(self): pass
        def test_one(self, own, wide): pass
        @staticmethod
        def test_static(wide): pass
        @classmethod
        def test_class(cls, wide): pass
        @pytest.mark.parametrize("x", [1, 2])
        def test_params(self, x, own): pass
        class TestInner:
            def test_deep(self): pass
            def test_deeper(self, always): pass

    @pytest.mark.usefixtures("narrow")
    class TestUse:
        def test_one(self): pass

    @pytest.mark.parametrize("x", [1, 2])
    class TestParams:
        def test_one(self, x): pass

    class TestInit:
        def __init__(self): pass
        def test_one(self): pass

    class TestOdd:
        def __getattribute__(self, name): return object.__getattribute__(self, name)
        def test_one(self): pass

    class Meta(type): pass
    class TestMeta(metaclass=Meta):
        def test_one(self): pass
"""


class Collect:
    """A plugin that keeps what was collected. If `uses_them`, it makes FunctionItems like the session host."""

    def __init__(self, uses_them: bool, hides_them: bool = False, defers: bool = False) -> None:
        """If `hides_them`, no other hook sees the items, since a hook might ask them for something."""
        self._hides_them = hides_them
        self._defers = defers
        self._maker: Any = make_function_items() if uses_them else None
        if self._maker is not None:
            self._make = self._maker.make
            self._maker.make = self._note
        self.made: list[str] = []
        self.items: list[Any] = []
        self.reports: list[str] = []
        self.warnings: list[str] = []

    def _note(self, collector: Any, name: str, function: Any) -> Any:
        made = self._make(collector, name, function)
        if made is not None:
            self.made.append(f"{collector.name}.{name}")
        return made

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> Any:
        return None if self._maker is None else self._maker.make(collector, name, obj)

    # A hook of any other module would leave all items to pytest.
    pytest_pycollect_makeitem.__module__ = "fastest_runner.session.session_host"

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: Any) -> Any:
        if self._hides_them:
            # pytest's own function asks each item for its hooks.
            session.genitems = Collection(session, "for this test", self._maker)._genitems
        with contextlib.nullcontext() if self._maker is None else self._maker.collecting(session, self._defers):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> Any:
        found = items[:]
        if self._hides_them:
            items.clear()
        result = yield
        if self._hides_them:
            # pytest's reporter prints the items.
            items[:] = [item for item in found if not is_postponed(item)]
        self.items = found if self._hides_them else items[:]
        return result

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.reports.append(report.longreprtext)

    def pytest_warning_recorded(self, warning_message: Any) -> None:
        self.warnings.append(str(warning_message.message))

    def run(self, directory: Path, *args: str) -> None:
        arguments = ["--collect-only", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
        modules = set(sys.modules)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(directory)
            patch.setattr("sys.path", sys.path[:])
            pytest.main([*arguments, *args], plugins=[self])
        for name in set(sys.modules) - modules:
            del sys.modules[name]


def told(item: Any) -> dict[str, Any]:
    """Returns everything that an item can tell, in a form that can be compared between two collections."""
    # This must come first, since the other questions fill the item.
    is_new = item._request is not None
    info = item._fixtureinfo
    callspec = getattr(item, "callspec", None)
    return {
        "is new": is_new,
        "type": type(item),
        "nodeid": item.nodeid,
        "names": [node.name for node in item.listchain()],
        "path": item.path,
        "location": item.location,
        "attributes": list(vars(item)) and sorted(vars(item)),
        # Equal marks may differ in what pytest notes in them when it makes ids.
        "own_markers": list(map(repr, item.own_markers)),
        "markers": list(map(repr, item.iter_markers())),
        "keywords": [str(name) for name in item.keywords],
        "fixturenames": item.fixturenames,
        "argnames": info.argnames,
        "initialnames": info.initialnames,
        "definitions": {name: [d.func.__qualname__ for d in found] for name, found in info.name2fixturedefs.items()},
        "callspec": callspec and (callspec.id, callspec.params, callspec.indices, callspec.marks),
        "function": getattr(item.function, "__qualname__", "partial"),
        "instance": type(item.instance).__qualname__,
        "cls": item.cls and item.cls.__qualname__,
        "original": item.originalname,
        "is closure shared": item.fixturenames is info.names_closure,
        "extra": (item.extra_keyword_matches, item.user_properties, item._report_sections, item.funcargs),
        "request": (item._request.fixturename, item._request._pyfuncitem is item, item._request.fixturenames),
    }


def differences(ours: list[Any], theirs: list[Any]) -> list[Any]:
    assert [item.nodeid for item in ours] == [item.nodeid for item in theirs]
    return [
        (one.nodeid, name, told(one)[name], value)
        for one, other in zip(ours, theirs)
        for name, value in told(other).items()
        if told(one)[name] != value
    ]


def both(directory: Path, *args: str, hides_them: bool = False) -> tuple[Collect, Collect]:
    collections = Collect(False), Collect(True, hides_them)
    for collection in collections:
        collection.run(directory, *args)
    return collections


def test_items_are_those_of_pytest(project):
    genuine, made = both(project(test_m=MODULE))
    assert differences(made.items, genuine.items) == []
    assert made.reports == genuine.reports
    assert made.made == [
        *(f"test_m.py.test_{name}" for name in ("plain", "fixture", "more", "defaults", "missing", "marks", "lambda")),
        "TestA.test_one",
        "TestA.test_inherited",
        "TestInner.test_deep",
        "TestInner.test_deeper",
    ]


def test_two_functions_share_nothing_that_changes(project):
    _, made = both(project(test_m="def test_1(tmp_path): pass\ndef test_2(tmp_path): pass\ndef test_3(tmp_path): pass"))
    assert len(made.made) == 3
    names = ("own_markers", "fixturenames", "stash", "keywords", "user_properties", "funcargs", "_request")
    for name in names:
        assert len({id(getattr(item, name)) for item in made.items}) == 3, name
    assert len({id(item._fixtureinfo.name2fixturedefs) for item in made.items}) == 3


POSTPONED = """
    import pytest
    from lib import ROWS

    @pytest.mark.parametrize("x", [1])
    def test_first(x): pass

    @pytest.mark.parametrize("x, y", ROWS)
    def test_rows(x, y): pass

    @pytest.mark.own
    @pytest.mark.parametrize("z", (None, 1.5, b"c"), ids=["none", None, 3])
    @pytest.mark.parametrize(argnames="x", argvalues=range(2))
    def test_two(x, z, tmp_path): pass

    @pytest.mark.parametrize(("x",), [((1, 2),), ("long" * 30,), ("same",), ("same",)])
    def test_tuple(x): pass

    @pytest.mark.parametrize("x,", [["a"]])
    def test_comma(*, x): pass

    class TestA:
        @pytest.fixture(autouse=True)
        def own(self): pass
        @pytest.mark.parametrize("own, tmp_path", [(1, 2)])
        @pytest.mark.parametrize("letter", "ab")
        def test_own(self, own, letter, tmp_path): pass
"""
AT_ONCE = {
    "iterator": "@pytest.mark.parametrize('x', iter([1]))\ndef test(x): pass",
    "dictionary": "@pytest.mark.parametrize('x', {1: 2})\ndef test(x): pass",
    "object": "@pytest.mark.parametrize('x', [object()])\ndef test(x): pass",
    "function": "@pytest.mark.parametrize('x', [len])\ndef test(x): pass",
    "subclass": "class Text(str): pass\n@pytest.mark.parametrize('x', [Text()])\ndef test(x): pass",
    "row of another type": "@pytest.mark.parametrize('x, y', ['ab'])\ndef test(x, y): pass",
    "ids by a function": "@pytest.mark.parametrize('x', [1], ids=str)\ndef test(x): pass",
    "ids that repeat": "@pytest.mark.parametrize('x', [1], ids=iter('a'))\ndef test(x): pass",
    "hidden": "@pytest.mark.parametrize('x', [pytest.param(1, id=pytest.HIDDEN_PARAM)])\ndef test(x): pass",
    "indirect": "@pytest.fixture\ndef x(request): pass\n@pytest.mark.parametrize('x', [1], indirect=True)\n"
    "def test(x): pass",
    "scope": "@pytest.mark.parametrize('x', [1], scope='module')\ndef test(x): pass",
    "fixture with parameters": "@pytest.fixture(params=[1])\ndef own(request): pass\n"
    "@pytest.mark.parametrize('x', [1])\ndef test(x, own): pass",
    "usefixtures": "@pytest.mark.usefixtures('tmp_path')\n@pytest.mark.parametrize('x', [1])\ndef test(x): pass",
    "attribute": "@pytest.mark.parametrize('x', [1])\ndef test(x): pass\ntest.word = 1",
    "no value": "@pytest.mark.parametrize('x', [])\ndef test(x): pass",
    "too many values": "@pytest.mark.parametrize('x, y', [(1, 2, 3)])\ndef test(x, y): pass",
    "too few ids": "@pytest.mark.parametrize('x', [1, 2], ids=['a'])\ndef test(x): pass",
    "no such argument": "@pytest.mark.parametrize('y', [1])\ndef test(x): pass",
    "default": "@pytest.mark.parametrize('x', [1])\ndef test(x=2): pass",
    "twice": "@pytest.mark.parametrize('x', [1])\n@pytest.mark.parametrize('x', [2])\ndef test(x): pass",
    "reserved name": "@pytest.mark.parametrize('request', [1])\ndef test(request): pass",
    "class": "@pytest.mark.parametrize('x', [1])\nclass TestA:\n    def test(self, x): pass",
}
FIRST = "import pytest\n\n@pytest.mark.parametrize('x', [1])\ndef test_first(x): pass\n"


def test_cases_of_literals_are_made_later_and_are_those_of_pytest(project):
    directory = project(
        test_m=POSTPONED,
        lib="import pytest\nROWS = [(1, [2]), pytest.param({'a': 1}, 'text', id='own id', marks=pytest.mark.skip)]\n",
    )
    genuine, made = Collect(False), Collect(True, hides_them=True, defers=True)
    genuine.run(directory)
    made.run(directory)
    # pytest makes the first ones, for comparison.
    assert [is_postponed(item) for item in made.items] == [False] + 5 * [True]
    later = [item for kept in made.items for item in (kept.make() if is_postponed(kept) else [kept])]
    assert differences(later, genuine.items) == []


@pytest.mark.parametrize("text", AT_ONCE.values(), ids=AT_ONCE)
def test_other_cases_are_made_at_once(project, text):
    genuine, made = Collect(False), Collect(True, hides_them=True, defers=True)
    for collection in genuine, made:
        collection.run(project(test_m=FIRST + text), "-W", "ignore")
    assert [item.nodeid for item in made.items if not is_postponed(item)] == [item.nodeid for item in genuine.items]
    assert made.reports == genuine.reports
    assert not any(map(is_postponed, made.items))


@pytest.mark.parametrize(
    "ini",
    ["strict_parametrization_ids = true", "strict = true", "parametrize_long_str_id_strategy = disallow"],
)
def test_cases_that_an_ini_file_may_refuse_are_made_at_once(project, ini):
    made = Collect(True, hides_them=True, defers=True)
    made.run(project({"pytest.ini": f"[pytest]\n{ini}\n"}, test_m=FIRST + FIRST.replace("first", "second")))
    assert [item.name for item in made.items] == ["test_first[1]", "test_second[1]"]


LATE = """
    class TestA:
        def test_1(self): pass
        def test_2(self): pass
        class TestB:
            def test_3(self): pass

    def test_first(): pass
"""
ASKED_FOR = [
    "_id",
    "_instance",
    "_obj",
    "_report_sections",
    "_request",
    "_store",
    "config",
    "extra_keyword_matches",
    "fixturenames",
    "funcargs",
    "function",
    "ihook",
    "instance",
    "keywords",
    "location",
    "obj",
    "originalname",
    "own_markers",
    "path",
    "session",
    "stash",
    "user_properties",
]


def test_who_asks_a_late_item_gets_a_function(project):
    functions = "".join(f"\n    def test_{name}(): pass" for name in ASKED_FOR)
    genuine, made = both(project(test_m=LATE + functions), hides_them=True)
    # The first item of the session is pytest's own, for comparison with ours.
    assert [item.name for item in made.items if not is_late(item)] == ["test_first"]
    by_name = {item.name: (item, other) for item, other in zip(made.items, genuine.items)}
    for name in ASKED_FOR:
        item, other = by_name[f"test_{name}"]
        assert (item.name, item.nodeid, item.id, item.parent.name) == (other.name, other.nodeid, other.id, "test_m.py")
        assert not hasattr(item, "callspec")
        assert is_late(item), name
        getattr(item, name)
        assert not is_late(item), name
        assert told(item) == told(other)
    assert differences(made.items, genuine.items) == []


def test_a_late_item_is_asked_in_other_ways(project):
    functions = "".join(f"\n    def test_{name}(): pass" for name in ("repr", "mark", "set", "copy", "chain"))
    genuine, made = both(project(test_m=LATE + functions), hides_them=True)
    by_name = {item.name: item for item in made.items}
    others = {item.name: item for item in genuine.items}
    assert repr(by_name["test_repr"]) == repr(others["test_repr"])
    assert isinstance(by_name["test_repr"], pytest.Function)
    by_name["test_mark"].add_marker("skip")
    assert "skip" in by_name["test_mark"].keywords and not is_late(by_name["test_mark"])
    by_name["test_set"].word = "word"
    assert by_name["test_set"].own_markers == [] and by_name["test_set"].word == "word"
    duplicate = copy.copy(by_name["test_copy"])
    assert type(duplicate) is pytest.Function
    assert told(duplicate) | {"request": None} == told(others["test_copy"]) | {"request": None}
    assert by_name["test_chain"].listchain()[-1] is by_name["test_chain"]


def test_what_bears_on_a_test_makes_an_item_at_once(project):
    _, made = both(
        project(
            test_m="""
            import pytest

            class TestAuto:
                @pytest.fixture(autouse=True)
                def always(self): pass
                def test_fixture(self): pass

            @pytest.mark.own
            def test_mark(): pass
            def test_argument(tmp_path): pass
            def test_plain(): pass
            def test_late(): pass
            """
        ),
        hides_them=True,
    )
    assert [item.name for item in made.items if is_late(item)] == ["test_late"]


@pytest.mark.parametrize(
    "conftest",
    [
        "def pytest_pycollect_makeitem(collector, name, obj): pass",
        "def pytest_generate_tests(metafunc): pass",
        """
        import _pytest.fixtures
        genuine = _pytest.fixtures.FixtureManager.getfixtureinfo
        def getfixtureinfo(self, node, func, cls): return genuine(self, node, func, cls)
        def pytest_collection(): _pytest.fixtures.FixtureManager.getfixtureinfo = getfixtureinfo
        def pytest_unconfigure(): _pytest.fixtures.FixtureManager.getfixtureinfo = genuine
        """,
    ],
)
def test_none_are_made_where_somebody_has_a_say(project, conftest):
    genuine, made = both(project(conftest=textwrap.dedent(conftest), test_m="def test_1(): pass\ndef test_2(): pass"))
    assert made.made == []
    assert differences(made.items, genuine.items) == []


def test_names_are_those_that_the_ini_file_wants(project):
    directory = project(
        {"pytest.ini": "[pytest]\npython_functions = check_*"}, test_m="def test_1(): pass\ndef check_2(): pass"
    )
    genuine, made = both(directory)
    assert made.made == ["test_m.py.check_2"]
    assert differences(made.items, genuine.items) == []


def test_a_module_that_parametrizes_for_itself_is_pytests(project):
    genuine, made = both(
        project(
            test_m="""
            def pytest_generate_tests(metafunc):
                if "x" in metafunc.fixturenames:
                    metafunc.parametrize("x", [1, 2])
            def test_1(x): pass
            def test_2(): pass
            """
        )
    )
    assert made.made == []
    assert differences(made.items, genuine.items) == []


@pytest.mark.parametrize(
    "hidden",
    [
        "own = functools.lru_cache(own)",
        "class Holder:\n    __wrapped__ = own",
        "class TestA:\n    own = pytest.fixture(lambda self: 1)\n    def test_2(self, own): pass",
        "class Base:\n    @staticmethod\n    @pytest.fixture\n    def inner(): pass\n"
        "class TestA(Base):\n    def test_2(self, inner): pass\n    def test_3(self, own): pass",
        "class TestA:\n    @pytest.mark.skip\n    def test_2(self, own): pass",
        "del own\nnamed = [pytest.fixture(name='own')(lambda: 1)][0]",
    ],
)
def test_fixtures_are_found_as_by_pytest(project, hidden):
    text = "import functools\nimport pytest\n@pytest.fixture\ndef own(): pass\n" + hidden + "\ndef test_1(own): pass\n"
    genuine, made = both(project(test_m=text))
    assert differences(made.items, genuine.items) == []
    assert made.warnings == genuine.warnings


def test_a_generator_fails_as_with_pytest(project):
    genuine, made = both(project(test_m="def test_1(): pass\ndef test_2(): yield"))
    assert made.made == ["test_m.py.test_1"]
    assert made.reports == genuine.reports != []
