def test_once_1(session_thing, module_thing):
    assert (session_thing, module_thing) == (1, 1)


def test_once_2(session_thing, module_thing):
    assert (session_thing, module_thing) == (1, 1)


class TestOne:
    def test_first(self, class_thing):
        assert class_thing == 1

    def test_second(self, class_thing, function_thing, set_ups):
        assert class_thing == 1
        assert set_ups["function"] == function_thing


class TestTwo:
    def test_first(self, class_thing):
        assert class_thing == 1


def test_class_scope_outside_a_class(class_thing):
    assert class_thing == 1
