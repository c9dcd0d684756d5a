"""What an assertion may hold."""

from kinds import Nested, Person, double


def test_and():
    a, b = 1, 0
    assert a and b


def test_and_second_not_reached():
    a, b = 0, 1
    assert a and b


def test_or():
    a, b = 0, []
    assert a or b


def test_boolean_nested():
    a, b, c = 0, 1, 0
    assert (a or b) and (c or not b)


def test_and_comparisons():
    a = 5
    assert a > 3 and a < 4


def test_or_comparisons():
    a = 5
    assert a < 3 or a == 4 or a is None


def test_chained():
    a = 5
    assert 1 < a < 3


def test_chained_first():
    a = 0
    assert 1 < a < 3


def test_chained_equal():
    a, b, c = 1, 1, 2
    assert a == b == c


def test_walrus():
    assert (value := double(2)) == 5, value


def test_walrus_in_boolean():
    assert (value := 3) and value == 4


def test_walrus_in_call():
    assert double(value := 2) == value


def test_call():
    assert double(2) == 5


def test_call_nested():
    assert double(double(1)) == double(double(2))


def test_call_keywords():
    assert double(value=3) == 7


def test_call_star():
    values, options = [1], {}
    assert double(*values, **options) == 3


def test_method():
    value = "abc"
    assert value.startswith("b")


def test_attribute():
    value = Person("Ann", 30)
    assert value.age == 31


def test_attribute_chain():
    value = Nested(Person("Ann", 30), [])
    assert value.person.name == "Bob"


def test_subscript():
    values = [1, [2, 3]]
    assert values[1][0] == 3


def test_slice():
    values = list(range(10))
    assert values[2:5] == [2, 3]


def test_arithmetic():
    a, b = 2, 3
    assert a * b + 1 == a**b


def test_unary():
    a = 2
    assert -a == +a


def test_invert():
    a = 2
    assert ~a == 3


def test_bits():
    a = 6
    assert a & 1 | a << 2 == 1


def test_matrix_product_is_an_error():
    a = 1
    assert a @ 2


def test_conditional():
    a = 1
    assert 0 if a else 1


def test_lambda():
    assert (lambda x: x)(0)


def test_f_string():
    a = 1
    assert f"{a:>3}|{a!r}" == "  2|1"


def test_list_comprehension():
    assert [x for x in range(3)] == [0, 1, 3]


def test_generator_all():
    assert all(x < 2 for x in range(4))


def test_generator_any():
    assert any(x > 5 for x in range(4))


def test_all_of_list():
    assert all([1, 0, 2])


def test_sum_of_generator():
    assert sum(x for x in range(3)) == 4


def test_starred():
    assert [*range(2), 5] == [0, 1, 2]


def test_dict_display():
    a = 1
    assert {"a": a, **{"b": 2}} == {"a": 2, "b": 2}
