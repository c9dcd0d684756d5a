from checks_plain import check_plain
from checks_plugin import check_in_plugin
from checks_registered import check_registered


def test_here():
    assert [1, 2, 3] == [1, 2, 4]


def test_conftest(check):
    check({"right": 1})


def test_plugin():
    check_in_plugin({"right": 1})


def test_registered():
    check_registered({"right": 1})


def test_not_rewritten():
    check_plain({"right": 1})


def test_compare_hook(opaque):
    assert opaque(1) == opaque(2)


def test_long_text():
    assert "\n".join(f"line {n}" for n in range(50)) == "\n".join(f"line {n}" for n in range(1, 50))


def test_expressions():
    values = [3, 5]
    assert all(value > 4 for value in values) or sum(values) < len(values)


def test_message():
    assert not True, {"a": "message"}
