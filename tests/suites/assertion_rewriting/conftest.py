import pytest

pytest_plugins = ["checks_plugin"]
pytest.register_assert_rewrite("checks_registered")


def check_in_conftest(value):
    assert value == {"left": 1}


def pytest_assertrepr_compare(op, left, right):
    if isinstance(left, Opaque) and isinstance(right, Opaque) and op == "==":
        return ["opaque things differ:", f"   {left.value} is not {right.value}"]
    return None


class Opaque:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value


@pytest.fixture
def check():
    return check_in_conftest


@pytest.fixture
def opaque():
    return Opaque
