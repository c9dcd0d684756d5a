def test_session_is_shared(session_thing, set_ups):
    assert session_thing == set_ups["session"] == 1
