import no_module_of_this_name  # noqa: F401


def test_one():
    pass
