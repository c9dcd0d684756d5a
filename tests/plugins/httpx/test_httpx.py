import httpx


def test_answers(httpx_mock):
    httpx_mock.add_response(url="http://test/", json={"a": 1})
    assert httpx.get("http://test/").json() == {"a": 1}


def test_was_not_asked(httpx_mock):
    httpx_mock.add_response(url="http://test/")


def test_unexpected(httpx_mock):
    httpx.get("http://other/")
