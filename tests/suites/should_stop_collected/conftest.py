import os


def pytest_collection_finish(session):
    setattr(session, os.environ["OWN_WISH"], "a hook said so")
