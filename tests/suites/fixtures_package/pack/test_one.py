def test_one(pack_thing):
    assert pack_thing == 1


def test_two(pack_thing):
    assert pack_thing == 1
