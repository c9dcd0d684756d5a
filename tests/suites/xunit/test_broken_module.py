def setup_module():
    raise RuntimeError("the module's set-up")


def test_one():
    raise AssertionError("never runs")


def test_two():
    raise AssertionError("never runs")
