def pytest_addoption(parser):
    parser.addoption("--sizes", default="2", help="how many sizes to try")


def pytest_generate_tests(metafunc):
    if "size" in metafunc.fixturenames:
        metafunc.parametrize("size", range(int(metafunc.config.getoption("--sizes"))))
