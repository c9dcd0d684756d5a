def test_session_is_shared(session_thing):
    assert session_thing == 1


def test_module_is_not(module_thing):
    assert module_thing == 1


class TestOne:
    def test_class_of_the_same_name(self, class_thing):
        assert class_thing >= 1
