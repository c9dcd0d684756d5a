def make(number):
    def check():
        assert number != 3

    return check


for n in range(5):
    globals()[f"test_made_{n}"] = make(n)

exec("def test_by_exec(): assert True")

TestMade = type("TestMade", (), {"test_in_made": lambda self: None, **{f"test_{c}": lambda self: None for c in "ab"}})


def __getattr__(name):
    raise AttributeError(name)


if n == 4:

    def test_under_if():
        pass
else:

    def test_other_branch():
        raise AssertionError("never defined")


try:
    import a_module_that_nobody_has  # noqa: F401
except ImportError:

    def test_without_module():
        pass
