def test_passes(json_metadata):
    json_metadata["x"] = 1


def test_fails():
    assert 0
