def test_protocol(request):
    assert request.node.own_protocol


def test_own():
    pass


def test_plain():
    pass
