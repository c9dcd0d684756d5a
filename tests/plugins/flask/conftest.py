import flask
import pytest


@pytest.fixture
def app():
    app = flask.Flask("x")
    app.add_url_rule("/", view_func=lambda: {"a": 1})
    return app
