def check_sub(pytestconfig):
    assert pytestconfig.rootpath.name


def test_sub(pytestconfig):
    assert pytestconfig.rootpath.name
