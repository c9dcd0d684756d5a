from hypothesis import given, settings
from hypothesis import strategies as st


@given(st.lists(st.integers()))
def test_reverse_twice(values):
    assert list(reversed(list(reversed(values)))) == values


@settings(derandomize=True, max_examples=50)
@given(st.integers())
def test_not_always(value):
    assert value < 100


class TestInClass:
    @given(st.text())
    def test_text(self, text):
        assert isinstance(text, str)
