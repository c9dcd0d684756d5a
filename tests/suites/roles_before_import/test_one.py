import json

import pytest
from conftest import FILE


@pytest.mark.parametrize("case", json.loads(FILE.read_text())["cases"])
def test_one(case):
    assert case
