"""Fixtures that fail, at each scope and in each phase."""

import pytest


def make(scope):
    @pytest.fixture(scope=scope, name=f"broken_{scope}")
    def set_up():
        raise RuntimeError(f"set-up of scope {scope}")

    @pytest.fixture(scope=scope, name=f"broken_{scope}_end")
    def tear_down():
        yield scope
        raise RuntimeError(f"teardown of scope {scope}")

    return set_up, tear_down


broken_function, broken_function_end = make("function")
broken_class, broken_class_end = make("class")
broken_module, broken_module_end = make("module")
broken_package, broken_package_end = make("package")
broken_session, broken_session_end = make("session")


@pytest.fixture
def asserts():
    assert [1] == [2]


@pytest.fixture
def asserts_at_end():
    yield
    assert {"a": 1} == {"a": 2}


@pytest.fixture
def prints():
    print("printed in set-up")
    yield
    print("printed in teardown")


@pytest.fixture
def twice():
    yield 1
    yield 2


@pytest.fixture
def never():
    if 0:
        yield


@pytest.fixture
def recursive(recursive):
    return recursive


@pytest.fixture
def circular_a(circular_b):
    return 1


@pytest.fixture
def circular_b(circular_a):
    return 1


@pytest.fixture(scope="module")
def wide(tmp_path):
    return tmp_path


@pytest.fixture
def asks_unknown(no_such_fixture):
    return 1


@pytest.fixture
def chained(asks_unknown):
    return 1


@pytest.fixture
def finalizers(request):
    def one():
        raise ValueError("finalizer one")

    def two():
        raise TypeError("finalizer two")

    request.addfinalizer(one)
    request.addfinalizer(two)


@pytest.fixture(params=[1, 2], ids=["one", "two"])
def parametrized(request):
    if request.param == 2:
        raise RuntimeError("only with two")
    return request.param


@pytest.fixture
def fails():
    pytest.fail("fails in a fixture")


@pytest.fixture
def fails_short():
    pytest.fail("fails in a fixture", pytrace=False)


@pytest.fixture
def exits():
    raise SystemExit(4)


@pytest.fixture
def skips():
    pytest.skip("skipped in a fixture")


@pytest.fixture
def skips_at_end():
    yield
    pytest.skip("skipped in teardown")


@pytest.fixture
def xfails():
    pytest.xfail("xfailed in a fixture")


def test_function(broken_function):
    pass


def test_function_end(broken_function_end):
    pass


class TestScope:
    def test_class(self, broken_class):
        pass

    def test_class_again(self, broken_class):
        pass

    def test_class_end(self, broken_class_end):
        pass


def test_module(broken_module):
    pass


def test_module_again(broken_module):
    pass


def test_module_end(broken_module_end):
    pass


def test_package(broken_package):
    pass


def test_package_end(broken_package_end):
    pass


def test_session(broken_session):
    pass


def test_session_again(broken_session):
    pass


def test_call_and_end(broken_function_end):
    assert 1 == 2


def test_several_ends(broken_function_end, asserts_at_end, broken_after):
    pass


def test_call_and_several_ends(broken_function_end, asserts_at_end, broken_after):
    assert 1 == 2


def test_conftest(broken_here):
    pass


def test_conftest_end(broken_after):
    pass


def test_asserts(asserts):
    pass


def test_asserts_at_end(asserts_at_end):
    pass


def test_printed(prints):
    print("printed in call")
    assert 1 == 2


def test_printed_and_end(prints, broken_function_end):
    print("printed in call")


def test_twice(twice):
    pass


def test_never(never):
    pass


def test_recursive(recursive):
    pass


def test_circular(circular_a):
    pass


def test_scope_mismatch(wide):
    pass


def test_unknown(no_such_fixture):
    pass


def test_unknown_similar(tmp_pth):
    pass


def test_unknown_below(asks_unknown):
    pass


def test_unknown_chained(chained):
    pass


def test_unknown_by_request(request):
    request.getfixturevalue("no_such_fixture")


def test_broken_by_request(request):
    request.getfixturevalue("broken_here")


def test_finalizers(finalizers):
    pass


def test_called_directly():
    asserts()


def test_parametrized(parametrized):
    assert parametrized == 3


def test_fails(fails):
    pass


def test_fails_short(fails_short):
    pass


def test_exits(exits):
    pass


def test_skips(skips):
    pass


def test_skips_at_end(skips_at_end):
    pass


def test_xfails(xfails):
    pass


@pytest.mark.usefixtures("no_such_fixture")
def test_used_unknown():
    pass


@pytest.mark.usefixtures("broken_here")
def test_used_broken():
    pass


@pytest.mark.parametrize("broken_here", [1], indirect=True)
def test_indirect(broken_here):
    pass


@pytest.fixture
def wants_parameter(request):
    return request.param


def test_no_parameter(wants_parameter):
    pass


class TestXunit:
    def setup_method(self, method):
        raise ValueError(f"setup_method of {method.__name__}")

    def test_set_up(self):
        pass


class TestXunitEnd:
    def teardown_method(self, method):
        raise ValueError(f"teardown_method of {method.__name__}")

    def test_teardown(self):
        pass


class TestXunitClass:
    @classmethod
    def setup_class(cls):
        raise ValueError("setup_class")

    def test_set_up(self):
        pass


class TestXunitClassEnd:
    @classmethod
    def teardown_class(cls):
        raise ValueError("teardown_class")

    def test_teardown(self):
        pass


def test_capsys_twice(capsys, capfd):
    pass


def test_monkeypatch(monkeypatch):
    monkeypatch.setattr("os.no_such_name", 1)


def test_cache_key(cache):
    assert cache.get("no/such", None) == 1


def test_tmp_path(tmp_path):
    assert tmp_path.name == "other"


def test_last():
    assert 1 == 2
