import threading


class Ungrateful:
    def __del__(self):
        raise RuntimeError("in a finalizer")


def test_unraisable():
    thing = Ungrateful()
    del thing


def test_thread_exception():
    def work():
        raise ValueError("in a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_fine():
    pass
