import httpx
import pytest


def test_answers(respx_mock):
    respx_mock.get("http://test/").respond(204)
    assert httpx.get("http://test/").status_code == 204


@pytest.mark.respx(base_url="http://base")
def test_with_base(respx_mock):
    respx_mock.get("/x").respond(200)
    assert httpx.get("http://base/x").status_code == 200


def test_was_not_called(respx_mock):
    respx_mock.get("http://test/").respond(204)
