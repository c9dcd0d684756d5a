import pytest


@pytest.mark.knwon
def test_unknown():
    pass
