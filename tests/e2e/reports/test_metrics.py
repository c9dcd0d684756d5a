"""--metrics: Prometheus' own tools read the metrics of agents and coordinators."""

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import parity
import pytest
from coordinator_process import wait_until
from setup_tool import ask_setup

WAITS = {
    "test_waits.py": """
import os, pathlib, time, pytest
def test_quick(): pass
def test_fails(): assert 0
@pytest.mark.skip
def test_skipped(): pass
def test_waits():
    pathlib.Path(os.environ["HERE"], "started").touch()
    while not pathlib.Path(os.environ["HERE"], "go").exists(): time.sleep(0.01)
"""
}


@pytest.fixture(scope="session")
def prometheus():
    """Gives the path of one of Prometheus' programs."""
    folder = ask_setup("--prometheus")
    return lambda program: f"{folder}/{program}"


def get(address, path="/metrics"):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
        return answer.read().decode()


def is_ready(address):
    try:
        return bool(get(address, "/-/ready"))
    except urllib.error.HTTPError:
        return False


def values(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


@pytest.fixture
def farm(start, agent, project, tmp_path):
    """Starts an agent and a run with metrics, and waits for a test. Gives both addresses, and the run."""
    folder = project(WAITS)
    one = agent(folder, "--metrics", "127.0.0.1:0", "--metrics-port-file", tmp_path / "agent-metrics")
    port_file = tmp_path / "run-metrics"
    run = start(folder, "--agents", one.address, "--metrics", "localhost:0", "--metrics-port-file", port_file)
    wait_until((tmp_path / "started").exists, "the test")
    return (tmp_path / "agent-metrics").read_text().strip(), port_file.read_text().strip(), run


def test_what_they_tell_is_true_and_in_prometheus_form(farm, prometheus, tmp_path):
    agent_address, run_address, run = farm
    wait_until(lambda: values(get(run_address)).get('fastest_run_results_total{outcome="failed"}') == "1", "results")
    for address in (agent_address, run_address):
        check = [prometheus("promtool"), "check", "metrics"]
        checked = subprocess.run(check, input=get(address), capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    of_run, of_agent = values(get(run_address)), values(get(agent_address))
    for outcome in ("passed", "failed", "skipped"):
        assert of_run[f'fastest_run_results_total{{outcome="{outcome}"}}'] == "1"
        assert of_agent[f'fastest_agent_results_total{{outcome="{outcome}"}}'] == "1"
    assert (of_run["fastest_run_tests_running"], of_run["fastest_run_tests_waiting"]) == ("1", "0")
    assert (of_run["fastest_run_agents"], of_agent["fastest_agent_runs"]) == ("1", "1")
    run_id = run.events("run_started")[0]["run_id"]
    assert any(name.startswith("fastest_run_info{") and f'run_id="{run_id}"' in name for name in of_run)
    (tmp_path / "go").touch()
    assert run.wait() == 1
    wait_until(lambda: values(get(agent_address))["fastest_agent_runs"] == "0", "the agent's end of the run")


def test_a_real_prometheus_scrapes_both(farm, prometheus, tmp_path):
    agent_address, run_address, run = farm
    config = tmp_path / "prometheus.yml"
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s"},
                "scrape_configs": [
                    {"job_name": "fastest-agent", "static_configs": [{"targets": [agent_address]}]},
                    {"job_name": "fastest-run", "static_configs": [{"targets": [run_address]}]},
                ],
                "rule_files": [str(parity.ROOT / "deploy/prometheus/alerts.yaml")],
            }
        )
    )
    log = tmp_path / "prometheus.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [
                prometheus("prometheus"),
                f"--config.file={config}",
                f"--storage.tsdb.path={tmp_path}/data",
                "--web.listen-address=127.0.0.1:0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        listening = wait_until(lambda: re.search(r'"Listening on" address=(\S+)', log.read_text()), "Prometheus")

        def ask(query):
            answer = json.loads(get(listening[1], "/api/v1/query?" + urllib.parse.urlencode({"query": query})))
            return {sample["metric"]["job"]: float(sample["value"][1]) for sample in answer["data"]["result"]}

        wait_until(lambda: is_ready(listening[1]), "Prometheus to be ready")
        wait_until(lambda: ask("up") == {"fastest-agent": 1, "fastest-run": 1}, "both to be scraped")
        assert ask("fastest_agent_slots") == {"fastest-agent": 1}
        wait_until(lambda: ask("fastest_run_tests_running") == {"fastest-run": 1}, "the test that runs")
        rules = json.loads(get(listening[1], "/api/v1/rules"))["data"]["groups"][0]["rules"]
        assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    finally:
        server.terminate()
        server.wait(timeout=60)
    (tmp_path / "go").touch()
    assert run.wait() == 1


def test_rules_and_dashboard_ask_for_what_there_is(farm, prometheus, tmp_path):
    agent_address, run_address, run = farm
    checked = subprocess.run(
        [prometheus("promtool"), "check", "rules", parity.ROOT / "deploy/prometheus/alerts.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    there = {re.match(r"\w+", name)[0] for address in (agent_address, run_address) for name in values(get(address))}
    asked = set()
    for file in ("deploy/prometheus/alerts.yaml", "deploy/grafana/fastest.json", "docs/metrics.md"):
        found = set(re.findall(r"\b(?:fastest_(?:agent|run)|process)_\w*[a-z1]\b", (parity.ROOT / file).read_text()))
        assert found, file
        asked |= found
    histograms = {name.removesuffix("_count") for name in there if name.endswith("_count")}
    assert asked - there - histograms == set()
    # The page names all metrics.
    page = (parity.ROOT / "docs/metrics.md").read_text()
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    assert [name for name in sorted((there - parts) | histograms) if f"`{name}`" not in page] == []
    (tmp_path / "go").touch()
    run.wait()


def test_both_answer_by_ipv6(start, agent, project, tmp_path):
    folder = project(WAITS)
    port_file, agents_file = tmp_path / "metrics", tmp_path / "agents-metrics"
    one = agent(folder, "--metrics", "[::1]:0", "--metrics-port-file", agents_file)
    run = start(folder, "--agents", one.address, "--metrics", "[::1]:0", "--metrics-port-file", port_file)
    wait_until((tmp_path / "started").exists, "the test")
    for file in (port_file, agents_file):
        address = file.read_text().strip()
        assert address.startswith("[::1]:")
        assert "process_resident_memory_bytes" in get(address)
    (tmp_path / "go").touch()
    run.wait()


@pytest.mark.parametrize("program", ["coordinator", "agent"])
@pytest.mark.parametrize(
    ("address", "message"),
    [("nonsense", "nonsense"), ("192.0.2.1:0", "cannot listen there"), ("[2001:db8::1]:0", "cannot listen there")],
)
def test_an_address_that_cannot_be_had_is_one_error(execute, agent, project, program, address, message):
    folder = project(WAITS)
    if program == "coordinator":
        ran = execute(folder, "--metrics", address)
    else:
        ran = agent(folder, "--metrics", address)
        ran.wait()
    assert ran.process.returncode == 4
    assert message in ran.stderr and "--metrics" in ran.stderr and ran.stderr.count("\n") == 1


@pytest.mark.parametrize("program", ["coordinator", "agent"])
def test_a_port_file_that_cannot_be_written_is_one_error(execute, agent, project, program):
    folder = project(WAITS)
    arguments = ("--metrics", "127.0.0.1:0", "--metrics-port-file", "/no/such/file")
    if program == "coordinator":
        ran = execute(folder, *arguments)
    else:
        ran = agent(folder, *arguments)
        ran.wait()
    assert ran.process.returncode == 4
    assert "--metrics-port-file /no/such/file: cannot be written" in ran.stderr and ran.stderr.count("\n") == 1
