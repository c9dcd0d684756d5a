import helper


def pytest_generate_tests(metafunc):
    metafunc.parametrize("number", helper.parameters(3))


def test_alike(number):
    assert number >= 0
