import os


def test_patches(mocker):
    mocker.patch("os.getcwd", return_value="/nowhere")
    assert os.getcwd() == "/nowhere"


def test_is_undone():
    assert os.getcwd() != "/nowhere"


def test_spies(mocker):
    spy = mocker.spy(os.path, "join")
    os.path.join("a", "b")
    spy.assert_called_once_with("a", "b")


def test_fails(mocker):
    stub = mocker.stub(name="it")
    stub(1)
    stub.assert_called_once_with(2)


def test_module_scope(module_mocker):
    module_mocker.patch.dict(os.environ, {"X": "1"})
