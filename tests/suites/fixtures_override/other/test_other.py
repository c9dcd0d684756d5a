def test_other(greeting, request):
    assert greeting == "hello root"
    assert request.node.trail == ["root"]
