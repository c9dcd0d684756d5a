import sys


def test_prepended():
    assert any(entry.endswith("deep") for entry in sys.path)
    assert __name__ == "test_deep"
