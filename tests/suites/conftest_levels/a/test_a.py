def test_a(level, only_a, request):
    assert level == "root/a"
    assert sorted(request.node.trail) == ["a", "root"]
