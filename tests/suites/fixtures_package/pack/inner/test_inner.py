def test_inner(pack_thing):
    assert pack_thing == 1
