def test_same(data_regression):
    data_regression.check({"a": 1})


def test_other(data_regression):
    data_regression.check({"a": 2})


def test_folder(shared_datadir):
    assert shared_datadir.name == "data"
