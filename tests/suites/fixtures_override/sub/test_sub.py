def test_sub(greeting, request):
    assert greeting == "hello root sub"
    assert request.node.trail == ["root", "sub"]
