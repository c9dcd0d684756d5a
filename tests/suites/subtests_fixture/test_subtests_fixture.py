import pytest

pytestmark = pytest.mark.skipif(
    tuple(int(part) for part in pytest.__version__.split(".")[:1]) < (9,),
    reason="the subtests fixture came with pytest 9",
)


def test_some_fail(subtests):
    for number in range(3):
        with subtests.test(msg="numbers", number=number):
            print("looking at", number)
            assert number != 1


def test_none_fails(subtests):
    with subtests.test(msg="fine"):
        pass


def test_skip_inside(subtests):
    with subtests.test(msg="left out"):
        pytest.skip("not this one")
    with subtests.test(msg="known"):
        pytest.xfail("known trouble")
