def test_json(client):
    assert client.get("/").json == {"a": 1}


def test_missing(client):
    assert client.get("/none").status_code == 200
