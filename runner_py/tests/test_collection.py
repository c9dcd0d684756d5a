"""Real sessions find tests, and make the tests of batches."""

from __future__ import annotations

import pytest

TWO_MODULES = {
    "conftest.py": "import pytest\n\n@pytest.fixture\ndef top(): return 'top'\n",
    "a/conftest.py": "import pytest\n\n@pytest.fixture\ndef low(top): return top + 'low'\n",
    "a/test_one.py": """
        import pytest

        @pytest.mark.parametrize("x", range(4))
        def test_x(x, low): assert low == "toplow"

        class TestIn:
            def test_m(self, low): pass
        """,
    "a/test_two.py": "def test_y(low): pass\n",
    "b/test_three.py": "def test_z(low): pass\n",
}


def node_ids(refs):
    return [ref["node_id"] for ref in refs]


def test_modules_come_in_pytests_order_and_fixtures_hang_on_their_folders(project, worker):
    running = worker(project(TWO_MODULES))
    collection = running.wait_for("ready")["collection"]
    assert collection["mode"] == "BY_MODULE"
    assert collection["modules"] == ["a/test_one.py", "a/test_two.py", "b/test_three.py"]
    # The modules come in another order. A folder must have the same node each time.
    for number, module in enumerate(["a/test_two.py", "b/test_three.py", "a/test_one.py"], start=1):
        running.lease(number, module=module)
    running.finish()
    assert running.outcomes() == {
        "a/test_one.py::test_x[0]": "PASSED",
        "a/test_one.py::test_x[1]": "PASSED",
        "a/test_one.py::test_x[2]": "PASSED",
        "a/test_one.py::test_x[3]": "PASSED",
        "a/test_one.py::TestIn::test_m": "PASSED",
        "a/test_two.py::test_y": "PASSED",
        "b/test_three.py::test_z": "ERROR",
    }
    (error,) = [result for result in running.results() if result["outcome"] == "ERROR"]
    assert "fixture 'low' not found" in error["phases"][0]["longrepr"]


def test_two_workers_agree_on_the_digest(project, worker):
    directory = project(TWO_MODULES)
    digests = {worker(directory).wait_for("ready")["collection"]["digest"] for _ in range(2)}
    other = worker(directory, "a").wait_for("ready")["collection"]["digest"]
    assert len(digests) == 1
    assert other not in digests


def test_a_split_modules_parts_are_disjoint_and_complete(project, worker):
    directory = project(TWO_MODULES)
    module = "a/test_one.py"
    boundaries = [f"{module}::test_x[2]", f"{module}::gone", f"{module}::TestIn::test_m"]
    found = []
    digests = set()
    for part in range(4):
        running = worker(directory)
        running.wait_for("ready")
        running.lease(1, module=module, boundaries=boundaries, part=part)
        running.finish()
        collected = running.last("collected")
        assert (collected["module_selected"], collected["module_deselected"]) == (5, 0)
        digests.add(collected["module_digest"])
        found.append(node_ids(collected["tests"]))
    assert found == [
        [f"{module}::test_x[0]", f"{module}::test_x[1]"],
        # A missing boundary makes an empty part.
        [],
        [f"{module}::test_x[2]", f"{module}::test_x[3]"],
        [f"{module}::TestIn::test_m"],
    ]
    assert len(digests) == 1


def test_a_part_that_the_boundaries_do_not_have_is_empty(project, worker):
    running = worker(project(TWO_MODULES))
    running.wait_for("ready")
    running.lease(1, module="a/test_one.py", boundaries=[], part=3)
    running.finish()
    assert running.last("collected")["tests"] == []


def test_tests_are_named_run_in_that_order_and_what_is_not_there_is_missing(project, worker):
    running = worker(project(TWO_MODULES))
    running.wait_for("ready")
    module = "a/test_one.py"
    wanted = [f"{module}::TestIn::test_m", f"{module}::test_x[9]", f"{module}::test_x[1]"]
    running.lease(1, module=module, tests=[{"node_id": node_id} for node_id in wanted])
    running.lease(2, module="a/test_gone.py")
    running.finish()
    first, second = running.all("collected")
    assert node_ids(first["tests"]) == [wanted[0], wanted[2]]
    assert first["missing"] == [{"node_id": wanted[1]}]
    assert (second["tests"], second["module_selected"]) == ([], 0)
    assert running.started() == [wanted[0], wanted[2]]


def test_a_test_can_be_run_again_in_the_same_worker(project, worker):
    directory = project(
        test_again="""
        import pytest

        runs = []

        @pytest.fixture(scope="module")
        def module_fixture():
            runs.append("up")
            yield len(runs)
            runs.append("down")

        def setup_module(): runs.append("setup")

        def test_flaky(module_fixture, tmp_path, record_property):
            record_property("run", 1)
            print("attempt", runs)
            assert runs.count("up") > 1

        def test_other(module_fixture): pass
        """
    )
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_again.py")
    running.lease(2, module="test_again.py", tests=[{"node_id": "test_again.py::test_flaky"}])
    running.finish()
    outcomes = [(result["lease_id"], result["outcome"]) for result in running.results()]
    # The session never leaves the module, so it never tears the module's fixture down.
    assert outcomes == [(1, "FAILED"), (1, "PASSED"), (2, "FAILED")]
    sections = running.results()[-1]["phases"][1]["sections"]
    assert [section["content"].count("attempt") for section in sections] == [1]
    assert running.results()[-1]["user_properties"] == [{"name": "run", "value": "1"}]
    assert "'setup'" in sections[0]["content"] and sections[0]["content"].count("setup") == 1


def test_session_fixtures_live_across_leases_and_module_fixtures_do_not(project, run_all):
    directory = project(
        {
            "conftest.py": """
                import pytest

                events = []

                @pytest.fixture(scope="session", autouse=True)
                def whole():
                    events.append("session up")
                    yield
                    events.append("session down")
                    open("events", "w").write(",".join(events))

                @pytest.fixture(scope="module", autouse=True)
                def part(request):
                    events.append("up " + request.module.__name__)
                    yield
                    events.append("down " + request.module.__name__)
                """,
            "test_a.py": "def test_a(): pass\n",
            "test_b.py": "def test_b(): pass\n",
        }
    )
    running = run_all(directory)
    assert set(running.outcomes().values()) == {"PASSED"}
    events = (directory / "events").read_text()
    assert events == "session up,up test_a,down test_a,up test_b,down test_b,session down"


def test_selection_by_keyword_and_mark_is_pytests(project, run_all):
    directory = project(
        {"pytest.ini": "[pytest]\nmarkers = slow\n"},
        test_k="""
        import pytest

        def test_yes(): pass
        def test_no(): pass
        @pytest.mark.slow
        def test_yes_slow(): pass
        """,
    )
    running = run_all(directory, "-k", "yes", "-m", "not slow", "--deselect", "test_k.py::nothing")
    assert running.outcomes() == {"test_k.py::test_yes": "PASSED"}
    collected = running.last("collected")
    assert (collected["module_selected"], collected["module_deselected"]) == (1, 2)


def test_a_helper_that_only_another_module_imports_is_there(project, worker):
    directory = project(
        {"lib/__init__.py": "", "lib/extra.py": "value = 1\n"},
        test_a="import lib\n\ndef test_a(): assert lib.extra.value == 1\n",
        test_b="import lib.extra\n\ndef test_b(): pass\n",
    )
    (directory / "conftest.py").write_text("")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.finish()
    assert running.outcomes() == {"test_a.py::test_a": "PASSED"}


def test_modules_that_fail_or_skip_on_import_are_reported_and_left_out(project, worker):
    directory = project(
        test_bad="import nothing_of_that_name\n\ndef test_a(): pass\n",
        test_broken="def test_a(:\n",
        test_name="print('said on import')\nundefined_name\n",
        test_good="def test_a(): pass\n",
        test_skip="import pytest\n\npytest.skip('not today', allow_module_level=True)\n",
    )
    running = worker(directory)
    collection = running.wait_for("ready")["collection"]
    assert collection["modules"] == ["test_good.py"]
    assert collection["errors"] == 3
    reports = {report["node_id"]: report for report in running.all("collect_report")}
    assert {node_id: report["outcome"] for node_id, report in reports.items()} == {
        "test_bad.py": "failed",
        "test_broken.py": "failed",
        "test_name.py": "failed",
        "test_skip.py": "skipped",
    }
    assert "No module named 'nothing_of_that_name'" in reports["test_bad.py"]["longrepr"]
    assert "SyntaxError" in reports["test_broken.py"]["longrepr"]
    assert reports["test_name.py"]["sections"] == [{"name": "Captured stdout", "content": "said on import\n"}]
    skip = reports["test_skip.py"]
    assert (skip["skip_path"], skip["skip_line"], skip["skip_reason"]) == ("test_skip.py", 3, "not today")
    running.lease(1, module="test_good.py")
    running.finish()
    assert running.outcomes() == {"test_good.py::test_a": "PASSED"}


def test_a_module_whose_items_cannot_be_made_is_reported_before_any_test_runs(project, worker):
    directory = project(
        test_good="def test_a(): pass\n",
        test_params="""
        import pytest

        @pytest.mark.parametrize("missing", [1])
        def test_a(): pass
        """,
    )
    collection = worker(directory)
    ready = collection.wait_for("ready")["collection"]
    (report,) = collection.all("collect_report")
    assert "function uses no argument 'missing'" in report["longrepr"]
    assert (ready["modules"], ready["errors"]) == (["test_good.py"], 1)


def test_equal_node_ids_are_told_apart_by_index(project, run_all, worker):
    directory = project(
        {
            "conftest.py": """
                import pytest

                class Twice(pytest.File):
                    def collect(self):
                        yield One.from_parent(self, name="same")
                        yield One.from_parent(self, name="same")

                class One(pytest.Item):
                    def runtest(self): pass

                def pytest_collect_file(file_path, parent):
                    if file_path.suffix == ".twice":
                        return Twice.from_parent(parent, path=file_path)
                """,
            "tests.twice": "",
        }
    )
    refs = [{"node_id": "tests.twice::same"}, {"node_id": "tests.twice::same", "index": 1}]
    running = run_all(directory)
    assert [result["ref"] for result in running.results()] == refs
    single = worker(directory)
    single.wait_for("ready")
    single.lease(1, module="tests.twice", tests=refs[1:])
    single.finish()
    assert [result["ref"] for result in single.results()] == refs[1:]


def test_the_whole_collection_binds_order_and_selection(project, worker):
    directory = project(
        {
            "conftest.py": """
                def pytest_collection_modifyitems(config, items):
                    dropped = [item for item in items if "drop" in item.name]
                    config.hook.pytest_deselected(items=dropped)
                    items[:] = sorted((item for item in items if item not in dropped), key=lambda item: item.name)
                """
        },
        test_a="def test_2(): pass\ndef test_drop(): pass\n",
        test_b="def test_1(): pass\ndef test_3(): pass\n",
    )
    running = worker(directory)
    collection = running.wait_for("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert collection["whole_reason"] == f"{directory}/conftest.py implements pytest_collection_modifyitems"
    assert collection["tests"] == [
        {"node_id": "test_b.py::test_1", "module": "test_b.py"},
        {"node_id": "test_a.py::test_2", "module": "test_a.py"},
        {"node_id": "test_b.py::test_3", "module": "test_b.py"},
    ]
    assert collection["deselected"] == 1
    assert collection["order_binds"]
    running.lease(1, tests=[{"node_id": "test_b.py::test_1"}, {"node_id": "test_a.py::test_drop"}])
    running.lease(2, tests=[{"node_id": "test_b.py::test_3"}])
    running.finish()
    assert running.started() == ["test_b.py::test_1", "test_b.py::test_3"]
    assert running.all("collected")[0]["missing"] == [{"node_id": "test_a.py::test_drop"}]


def test_an_order_that_nobody_made_binds_nobody(project, worker):
    directory = project(
        {
            "conftest.py": """
                import pytest

                @pytest.hookimpl(wrapper=True)
                def pytest_collection_modifyitems(items):
                    del items[1]
                    return (yield)
                """
        },
        test_a="def test_2(): pass\ndef test_drop(): pass\n",
        test_b="def test_1(): pass\n",
    )
    collection = worker(directory).wait_for("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert [test["node_id"] for test in collection["tests"]] == ["test_a.py::test_2", "test_b.py::test_1"]
    assert not collection["order_binds"]


def test_a_named_test_is_the_only_one_collected(project, worker):
    directory = project(TWO_MODULES)
    running = worker(directory, "a/test_one.py::test_x[1]", "b")
    collection = running.wait_for("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert [test["node_id"] for test in collection["tests"]] == ["a/test_one.py::test_x[1]", "b/test_three.py::test_z"]


def test_the_run_may_ask_for_the_whole_collection(project, worker):
    collection = worker(project(TWO_MODULES), collection="WHOLE").wait_for("ready")["collection"]
    assert (collection["mode"], collection["whole_reason"]) == ("WHOLE", "the run asks for it")


@pytest.mark.parametrize(
    ("args", "spec"), [(["--collect-only"], {}), (["--lf", "-p", "cacheprovider"], {}), (["--doctest-modules"], {})]
)
def test_options_that_look_at_all_tests_get_them_all(project, worker, args, spec):
    running = worker(project(test_a="def test_a(): pass\n"), *args, **spec)
    assert running.wait_for("ready")["collection"]["mode"] == "WHOLE"


WIDE = {
    "fixture in a conftest": {
        "conftest.py": "import pytest\n\n@pytest.fixture(params=[1, 2], scope='session')\ndef f(request): pass\n"
    },
    "fixture in a module": {
        "test_b.py": "import pytest\n\n@pytest.fixture(params=[1, 2], scope='package')\ndef f(request): pass\n"
    },
    "fixture in a class": {
        "test_b.py": """
            import pytest

            class TestIt:
                @pytest.fixture(params=[1], scope="session")
                def f(self, request): pass
            """
    },
    "fixture with a scope of its own making": {
        "test_b.py": """
            import pytest

            @pytest.fixture(params=[1], scope=lambda fixture_name, config: "session")
            def f(request): pass
            """
    },
    "mark with a scope": {
        "test_b.py": "import pytest\n\n@pytest.mark.parametrize('x', [1], scope='session')\ndef test_b(x): pass\n"
    },
    "mark of a module": {
        "test_b.py": """
            import pytest

            pytestmark = [pytest.mark.parametrize('x', [1], scope='session')]
            def test_b(x): pass
            """
    },
    "indirect parameters of a wide fixture": {
        "conftest.py": "import pytest\n\n@pytest.fixture(scope='session')\ndef f(request): pass\n",
        "test_b.py": """
            import pytest

            class TestIt:
                @pytest.mark.parametrize("f", [1], indirect=True)
                def test_b(self, f): pass
            """,
    },
    "indirect parameters of a class": {
        "test_b.py": """
            import pytest

            @pytest.fixture(scope='session')
            def f(request): pass

            @pytest.mark.parametrize("x, f", [(1, 2)], indirect=["f"])
            class TestIt:
                def test_b(self, f, x): pass
            """,
    },
    "generated tests": {
        "conftest.py": """
            def pytest_generate_tests(metafunc):
                if "x" in metafunc.fixturenames:
                    metafunc.parametrize('x', [1], scope='session')
            """
    },
    "tests generated by who knows what": {
        "test_b.py": "from lib import generate\n\ndef pytest_generate_tests(metafunc): generate(metafunc)\n",
        "lib.py": "def generate(metafunc): pass\n",
    },
    "a conftest further down": {
        "sub/conftest.py": "def pytest_collection_modifyitems(items): items.reverse()\n",
        "sub/test_c.py": "",
    },
    "a module that is collected twice": {
        "conftest.py": """
            import pytest

            class Other(pytest.File):
                def collect(self): return []

            def pytest_collect_file(file_path, parent):
                return Other.from_parent(parent, path=file_path) if file_path.suffix == ".py" else None
            """
    },
}


@pytest.mark.parametrize("case", WIDE)
def test_what_reaches_beyond_a_module_needs_the_whole_collection(project, worker, case):
    directory = project({"test_a.py": "def test_a(): pass\n", **WIDE[case]})
    collection = worker(directory).wait_for("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert collection["whole_reason"]
    assert "test_a.py::test_a" in [test["node_id"] for test in collection["tests"]]


NARROW = {
    "wide fixtures without parameters": {
        "conftest.py": "import pytest\n\n@pytest.fixture(scope='session')\ndef f(): pass\n"
    },
    "parameters for a module": {
        "test_b.py": """
            import pytest

            @pytest.fixture(params=[1, 2], scope="module")
            def f(request): pass

            @pytest.mark.parametrize("f", [1], indirect=True)
            @pytest.mark.parametrize("x", [1], scope="class")
            def test_b(f, x): pass
            """
    },
    "direct parameters that hide a wide fixture": {
        "conftest.py": "import pytest\n\n@pytest.fixture(scope='session')\ndef f(): pass\n",
        "test_b.py": "import pytest\n\n@pytest.mark.parametrize('f', [1])\ndef test_b(f): pass\n",
    },
    "plainly generated tests": {
        "conftest.py": """
            def pytest_generate_tests(metafunc):
                if "x" in metafunc.fixturenames:
                    metafunc.parametrize("x", [str(n) for n in range(2)])
            """
    },
    "objects that answer to every name": {
        "test_b.py": "from unittest import mock\n\ncall = mock.call\nthing = mock.MagicMock()\n",
    },
    "custom files": {
        "conftest.py": """
            import pytest

            class Yaml(pytest.File):
                def collect(self): yield One.from_parent(self, name="one")

            class One(pytest.Item):
                def runtest(self): pass

            def pytest_collect_file(file_path, parent):
                return Yaml.from_parent(parent, path=file_path) if file_path.suffix == ".yaml" else None
            """,
        "test.yaml": "",
    },
}


@pytest.mark.parametrize("case", NARROW)
def test_what_stays_within_a_module_does_not(project, run_all, case):
    running = run_all(project({"test_a.py": "def test_a(): pass\n", **NARROW[case]}))
    collection = running.last("ready")["collection"]
    assert (collection["mode"], collection.get("whole_reason")) == ("BY_MODULE", None)
    assert set(running.outcomes().values()) == {"PASSED"}


@pytest.mark.parametrize(
    "marked",
    [
        "@pytest.mark.xdist_group('db')\ndef test_a(): pass\n",
        "@pytest.mark.xdist_group(name='db')\nclass TestA:\n    def test_a(self): pass\n",
        "class TestA:\n    pytestmark = pytest.mark.xdist_group('db')\n    def test_a(self): pass\n",
        "pytestmark = [pytest.mark.xdist_group('db')]\ndef test_a(): pass\n",
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.xdist_group('db'))])\ndef test_a(x): pass\n",
    ],
    ids=["function", "class", "in class", "module", "parameter"],
)
def test_marks_that_bind_tests_to_each_other_give_their_group(project, worker, marked):
    files = {"test_a.py": "import pytest\n" + marked, "test_b.py": "def test_b(): pass\n"}
    running = worker(project(files))
    collection = running.wait_for("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert "mark" in collection["whole_reason"]
    assert [test.get("group") for test in collection["tests"]] == ["xdist_group:db", None]


FIXTURE = "import pytest\n\n@pytest.fixture\ndef all_tests(request): return {}\n"
# Code that may look at all tests of a session.
READERS = {
    "fixture": {"conftest.py": FIXTURE.format("request.session.items")},
    "count": {"conftest.py": FIXTURE.format("request.session.testscollected")},
    "test": {"test_b.py": "def test_b(request): assert request.node.session.items[-1] is request.node\n"},
    "method": {
        "test_b.py": """
            import unittest, pytest
            class TestB(unittest.TestCase):
                @pytest.fixture(autouse=True)
                def use(self, request):
                    session = request.session
                    self.count = len(session
                                     .items)
                def test_b(self): assert self.count == 2
            """
    },
    "by name": {"test_b.py": "def test_b(request): assert len(getattr(request.session, 'items')) == 2\n"},
    "by dictionary": {"test_b.py": 'def test_b(request): assert len(vars(request.session)["items"]) == 2\n'},
    "by a name that is put together": {
        "test_b.py": "def test_b(request): assert len(getattr(request.session, 'it' + 'ems')) == 2\n"
    },
    "by a variable": {
        "test_b.py": """
            NAME = "tests" "collected"
            def test_b(request):
                assert vars(request.session)[NAME] == 2
                assert getattr(request.session, NAME) == 2
            """
    },
    "by the tree": {"test_b.py": "def test_b(request): assert len(request.node.listchain()[0].items) == 2\n"},
    "hook": {"conftest.py": "def pytest_sessionfinish(session): print(len(session.items))\n"},
    "hook in a folder": {
        "sub/conftest.py": "def pytest_runtest_setup(item): assert item.session.testscollected == 2\n",
        "sub/test_c.py": "",
    },
    "conftest of the same name as a later one": {
        "one/conftest.py": "def pytest_runtest_setup(item): assert len(item.session.items) == 2\n",
        "one/test_c.py": "",
        "two/conftest.py": "",
        "two/test_d.py": "",
    },
    "plugin": {
        "conftest.py": "pytest_plugins = 'own_plugin'\n",
        "own_plugin.py": FIXTURE.format("request.session.items"),
    },
    "another module": {
        "conftest.py": "import reading\n",
        "reading.py": "def count(request):\n    session = request.session\n    return len(session.items)\n",
    },
}
NO_READERS = {
    "dictionaries": "def test_b(request):\n    for name, value in vars(request.session.config.option).items(): pass\n",
    "others' items": "class Cart:\n    items = ()\ndef test_b(): assert not Cart().items\n",
    "other attributes by name": "def test_b(request): assert getattr(request.session, 'config')\n",
    "words": "def test_b(request): assert {'items': 1}['items'] and request.session\n",
}


@pytest.mark.parametrize("case", READERS)
def test_who_looks_at_all_tests_has_them_all(project, run_all, case):
    directory = project({"test_a.py": "def test_a(): pass\n", "test_b.py": "def test_b(): pass\n", **READERS[case]})
    running = run_all(directory)
    collection = running.last("ready")["collection"]
    assert collection["mode"] == "WHOLE"
    assert "may look at all tests" in collection["whole_reason"]
    assert list(running.outcomes().values()) == ["PASSED", "PASSED"]


@pytest.mark.parametrize("case", NO_READERS)
def test_similar_words_do_not_matter(project, worker, case):
    directory = project({"test_a.py": "def test_a(): pass\n", "test_b.py": NO_READERS[case]})
    assert worker(directory).wait_for("ready")["collection"]["mode"] == "BY_MODULE"


def test_the_whole_list_is_there_when_the_module_was_made_in_parts(project, run_all):
    """The items that could have been made later are at their places among the others."""
    running = run_all(
        project(
            test_a="""
            import pytest

            @pytest.mark.parametrize("x", [0])
            def test_zero(x): pass
            @pytest.mark.parametrize("x", [1, 2])
            def test_x(x): pass
            def test_plain(request):
                names = [item.name for item in request.session.items]
                assert names == ["test_zero[0]", "test_x[1]", "test_x[2]", "test_plain", "test_y[3]"]
            @pytest.mark.parametrize("y", {3: 4})
            def test_y(y): pass
            """
        )
    )
    assert list(running.outcomes().values()) == 5 * ["PASSED"]
