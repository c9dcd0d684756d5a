import pytest


def pytest_generate_tests(metafunc):
    if "letter" in metafunc.fixturenames:
        metafunc.parametrize("letter", list("abc"), ids=lambda letter: f"letter-{letter}")


def test_size(size):
    assert size < 3


def test_letter(letter):
    assert letter != "b"


def test_both(size, letter):
    assert letter


class TestScenarios:
    scenarios = [("basic", {"a": 1}), ("advanced", {"a": 2})]

    def pytest_generate_tests(self, metafunc):
        if "a" in metafunc.fixturenames:
            ids = [name for name, _ in self.scenarios]
            metafunc.parametrize("a", [values["a"] for _, values in self.scenarios], ids=ids)

    def test_scenario(self, a):
        assert a

    def test_without(self):
        assert True


@pytest.mark.parametrize("plain", [1])
def test_mixed(plain, size):
    assert plain
