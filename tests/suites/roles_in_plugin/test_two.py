import pathlib

TEXT = pathlib.Path(__file__).with_name("prepared.txt").read_text()


def test_two():
    assert TEXT == "by the controller"
