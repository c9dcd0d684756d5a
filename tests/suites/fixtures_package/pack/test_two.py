def test_three(pack_thing):
    assert pack_thing == 1
