import pytest


def test_measured(benchmark):
    assert benchmark(sum, range(10)) == 45


def test_fails(benchmark):
    assert benchmark(sum, range(10)) == 44


@pytest.mark.benchmark(group="x", max_time=0.01)
def test_marked(benchmark):
    benchmark.pedantic(sum, args=([1],), rounds=2)


def test_plain():
    pass
