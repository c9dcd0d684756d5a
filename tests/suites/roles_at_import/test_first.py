from conftest import FILE

COUNT = int(FILE.read_text())


def test_first():
    assert COUNT == 3
