from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@settings(derandomize=True)
@given(st.integers())
def test_holds(n):
    assert n + 0 == n


@settings(derandomize=True)
@given(st.integers())
def test_does_not_hold(n):
    assert n < 100


@settings(derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(x=st.booleans())
def test_with_a_fixture(tmp_path, x):
    assert tmp_path.exists()


def test_plain():
    pass
