"""--history as a store that many runs write to at once: a folder, a web server, an S3 server. And their faults."""

import json
import signal
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from coordinator_process import LIMIT_S
from setup_tool import ask_setup

ROOT = Path(__file__).resolve().parents[3]
SUITE = {
    "test_slow.py": "import time\ndef test_slow(): time.sleep(0.3)\n",
    "test_quick.py": "def test_quick(): pass\n",
}
# The tests must not see the machine's values of these variables.
VARIABLES = [f"AWS_{name}" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION", "CA_BUNDLE")]
VARIABLES += ["AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "FASTEST_HISTORY_TOKEN"]
VARIABLES += ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "http_proxy", "https_proxy", "all_proxy"]
WRITERS = 50
TOKEN = "let-me-in"


class Store:
    """A store, as coordinators get it: a name and an environment."""

    def __init__(self, name, env=None):
        self.name, self.env = name, {**dict.fromkeys(VARIABLES), **(env or {})}

    def but(self, **env):
        return Store(self.name, {**self.env, **env})


class S3:
    """The program s3_server.py."""

    def __init__(self):
        self.process = subprocess.Popen(
            [ask_setup("--python", "objects"), Path(__file__).with_name("s3_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.facts = json.loads(self.process.stdout.readline())

    def at(self, prefix, keys="user"):
        env = {"AWS_ENDPOINT_URL": self.facts["endpoint"], "AWS_REGION": self.facts["region"]}
        env.update({name.upper(): value for name, value in self.facts[keys].items()})
        return Store(f"s3://{self.facts['bucket']}/{prefix}", env)

    def order(self, do, key, text=""):
        self.process.stdin.write(json.dumps({"do": do, "key": key, "text": text}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(LIMIT_S)
        finally:
            self.process.kill()


class Web:
    """A minimal file server: GET, PUT and DELETE, an index, and a token."""

    def __init__(self, certificates=None):
        self.files, self.lock = {}, threading.Lock()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, status, body=b""):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    return self.answer(401)
                if self.command == "PUT" and len(body) != int(self.headers["Content-Length"]):
                    return None  # The sender is dead.
                with web.lock:
                    if self.path.endswith("/"):
                        links = [f'<a href="{path[len(self.path) :]}">' for path in web.files if self.path in path]
                        return self.answer(200, "\n".join(links).encode())
                    if self.command == "PUT":
                        web.files[self.path] = body
                        return self.answer(201)
                    if self.path not in web.files:
                        return self.answer(404)
                    if self.command == "DELETE":
                        del web.files[self.path]
                        return self.answer(204)
                    return self.answer(200, web.files[self.path])

            do_GET = do_PUT = do_DELETE = do  # noqa: N815 (http.server's names)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_):
                """Ignores the broken connections of killed coordinators."""

        self.server = Server(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificates:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates / "agent.pem", certificates / "agent.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.address = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def at(self, path):
        return Store(f"{self.address}/{path}", {"FASTEST_HISTORY_TOKEN": TOKEN})

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def s3():
    server = S3()
    yield server
    server.end()


@pytest.fixture
def web():
    server = Web()
    yield server
    server.end()


@pytest.fixture(params=["folder", "web", "s3"])
def store(request, tmp_path):
    if request.param == "folder":
        return Store(f"{tmp_path}/store/")
    return request.getfixturevalue(request.param).at(f"of/{tmp_path.name}")


@pytest.fixture
def refused():
    """A port at which no program listens during the test."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def predicted(execute, tmp_path):
    """Plans two shards from a store. Gives the sum of their seconds, or None without a history, and the warnings."""

    def predicted(folder, store, option="--history"):
        path = tmp_path / "plan.json"
        args = ["--history", tmp_path / "empty.sqlite"] if option != "--history" else []
        run = execute(folder, "--shards", 2, "--plan-out", path, *args, option, store.name, env=store.env)
        assert run.process.returncode == 0, run.text
        known = "predicted: " in run.stdout
        return (sum(json.loads(path.read_text())["predicted_s"]) if known else None), run.stderr

    return predicted


@pytest.mark.parametrize("keys", ["folder", "web", "user", "temporary"])
def test_each_run_adds_to_it_and_the_next_goes_by_it(request, execute, project, predicted, tmp_path, keys):
    folder = project(SUITE)
    if keys == "folder":
        store = Store(f"{tmp_path}/store/")
    elif keys == "web":
        store = request.getfixturevalue("web").at("a%20b")
    else:
        store = request.getfixturevalue("s3").at(f"a b+ü/%41{keys}", keys)
    assert predicted(folder, store) == (None, "")
    for _ in range(2):
        run = execute(folder, "--history", store.name, env=store.env)
        assert run.process.returncode == 0 and run.stderr == "", run.text
    seconds, warnings = predicted(folder, store)
    assert 0.25 < seconds < 3 and warnings == ""
    assert predicted(folder, store, "--history-base") == (pytest.approx(seconds), "")
    compacted = execute(folder, "--history", store.name, "--history-compact", env=store.env)
    assert compacted.stdout == f"{store.name}: joined 2 files into one\n", compacted.text
    assert predicted(folder, store) == (pytest.approx(seconds), "")


def test_of_fifty_who_write_at_once_some_are_killed_and_some_join(start, execute, project, predicted, store):
    victims = set(range(0, WRITERS, 5))
    names = [f"victim_{i}.py" if i in victims else f"test_{i}.py" for i in range(WRITERS)]
    files = dict.fromkeys(names, "def test(): pass\n")
    files.update({f"{i}.json": json.dumps({f"{name}::test": i + 1}) for i, name in enumerate(names)})
    folder = project(files)
    runs, joining = [], []
    for i in range(WRITERS):
        # A victim writes a file for each import and prints a line for each, more than a pipe holds. So it cannot end
        # before it is killed, and the kill hits it while it writes some file.
        imports = ["--history-import", f"{i}.json"] * (1500 if i in victims else 1)
        runs.append(start(folder, "--history", store.name, *imports, env=store.env))
        if i in victims:
            assert runs[i].process.stdout.readline()
            runs[i].process.kill()
        if i in (WRITERS // 3, WRITERS // 2):
            joining += [start(folder, "--history", store.name, "--history-compact", env=store.env) for _ in range(2)]
    for i, run in enumerate(runs):
        assert (run.wait() != 0) == (i in victims), run.text
    for run in joining:
        assert run.wait() == 0, run.text
    everything = sum(i + 1 for i in range(WRITERS) if i not in victims)
    # There is no warning, so every file can be read.
    assert predicted(folder, store) == (pytest.approx(everything), "")
    assert " files into one\n" in execute(folder, "--history", store.name, "--history-compact", env=store.env).stdout
    assert predicted(folder, store) == (pytest.approx(everything), "")


def test_a_server_is_known_by_its_certificate(execute, project, predicted, tmp_path):
    subprocess.run([ROOT / "tools/certs", tmp_path / "certs"], check=True, capture_output=True)
    web = Web(tmp_path / "certs")
    try:
        folder, store = project(SUITE), web.at("x")
        store = store.but(SSL_CERT_FILE=str(tmp_path / "certs/ca.pem"))
        assert execute(folder, "--history", store.name, env=store.env).stderr == ""
        assert predicted(folder, store)[0] > 0.25
        seconds, warnings = predicted(folder, store.but(SSL_CERT_FILE=None))
        assert seconds is None and "certificate" in warnings and warnings.count("\n") == 1
    finally:
        web.end()


def damaged(server, store, option):
    path = "0000000000000001-0123456789abcdef.run"
    if isinstance(server, S3):
        server.order("put", f"{store.name.split('/', 3)[3]}/{path}", "fastest-history 1 0")
    else:
        server.files[f"/{store.name.split('/', 3)[3]}/{path}"] = b"fastest-history 1 0"
    return store, f"{store.name}/{path} is damaged and left out"


def unreachable(server, store, option):
    return store, "Failed to connect to 127.0.0.1 port"


def wrong_secret(server, store, option):
    if isinstance(server, S3):
        return store.but(AWS_SECRET_ACCESS_KEY="hush"), "HTTP 403: SignatureDoesNotMatch"  # noqa: S106
    return store.but(FASTEST_HISTORY_TOKEN="hush"), "HTTP 401; the token in FASTEST_HISTORY_TOKEN is not"  # noqa: S106


def no_such_place(server, store, option):
    if isinstance(server, S3):
        return Store(store.name.replace("durations", "elsewhere"), store.env), "HTTP 404: NoSuchBucket"
    return store.but(FASTEST_HISTORY_TOKEN=None), "HTTP 401; FASTEST_HISTORY_TOKEN is not set"


@pytest.mark.parametrize("option", ["--history", "--history-base"])
@pytest.mark.parametrize("trouble", [damaged, unreachable, wrong_secret, no_such_place])
@pytest.mark.parametrize("kind", ["web", "s3"])
def test_what_is_wrong_with_a_server_is_one_warning(
    request, execute, project, tmp_path, refused, kind, trouble, option
):
    server = request.getfixturevalue(kind)
    store = server.at(f"wrong/{tmp_path.name}")
    if trouble is unreachable:
        address = f"http://127.0.0.1:{refused}"
        store = Store(f"{address}/x") if kind == "web" else store.but(AWS_ENDPOINT_URL=address)
    store, message = trouble(server, store, option)
    own = ["--history", tmp_path / "own.sqlite"] if option != "--history" else []
    run = execute(project(SUITE), *own, option, store.name, env=store.env)
    assert run.process.returncode == 0
    assert run.stderr.startswith("warning: ") and run.stderr.count("\n") == 1, run.stderr
    assert message in run.stderr and store.name in run.stderr
    assert "hush" not in run.text
    assert len(run.outcomes()) == 2


def test_a_server_that_goes_in_the_midst_does_no_harm(execute, project, tmp_path):
    """The server answers at the start of the run, and is gone when the run wants to store its durations."""
    web = Web()
    ended = threading.Event()
    store = web.at("x")
    listed = threading.Event()
    answer = web.server.finish_request

    def finish_request(*args):
        answer(*args)
        listed.set()

    web.server.finish_request = finish_request

    def end():
        listed.wait(LIMIT_S)
        web.end()
        ended.set()

    thread = threading.Thread(target=end)
    thread.start()
    run = execute(
        project({"test_slow.py": "import time\ndef test_slow(): time.sleep(2)\n"}),
        "--history",
        store.name,
        env=store.env,
    )
    thread.join()
    assert ended.is_set()
    assert run.process.returncode == 0
    assert run.stderr.startswith("warning: ") and run.stderr.count("\n") == 1, run.stderr


def test_ctrl_c_ends_the_waiting_for_a_server_that_does_not_answer(start, project):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = start(project(SUITE), "--history", f"http://127.0.0.1:{silent.getsockname()[1]}/x")
        connection, _ = silent.accept()
        with connection:
            run.process.send_signal(signal.SIGINT)
            assert run.wait() == 2
    assert "interrupted" in run.stderr.splitlines()[0]


def test_what_a_job_has_told_goes_to_a_server(coordinator, execute, project, predicted, tmp_path, s3):
    folder, store = project(SUITE), s3.at("merged")
    events = execute(folder, "--history", tmp_path / "own.sqlite").report
    command = [coordinator, "--from-json", events, "--history", store.name]
    env = {"PATH": "/usr/bin:/bin", **{name: value for name, value in store.env.items() if value}}
    told = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT_S)
    assert told.returncode == 0 and told.stderr == "", told.stderr
    assert predicted(folder, store)[0] > 0.25
    assert len(s3.order("list", "merged/")) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "ftp://host/x",
            "--history: ftp://host/x: a file, a folder, https://HOST/PATH or s3://BUCKET/PREFIX is needed",
        ),
        ("http://files.example.org/x", "--history: http://files.example.org/x: http:// is for this machine only"),
        ("https://me:hush@h/x", "secrets don't belong in an address; use FASTEST_HISTORY_TOKEN"),
        ("s3:///x", "--history: s3:///x: s3://BUCKET/PREFIX is needed"),
    ],
)
def test_what_is_no_address_is_one_error(execute, project, name, message):
    run = execute(project(SUITE), "--history", name)
    assert run.process.returncode == 4
    assert message in run.stderr and run.stderr.count("\n") == 1
    assert "hush" not in run.text
