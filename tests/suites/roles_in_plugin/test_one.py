import pathlib

TEXT = pathlib.Path(__file__).with_name("prepared.txt").read_text()


def test_one():
    assert TEXT == "by the controller"
