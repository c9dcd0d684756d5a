def test_marked(request):
    assert request.node.get_closest_marker("below") is not None


def test_gpu_two():
    raise AssertionError("is deselected")


def test_this_dropped():
    raise AssertionError("is deselected")
