"""The files of deploy/, checked by the tools for such files. test_slurm.py runs those of deploy/slurm."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import parity
import pytest
import yaml

DEPLOY = parity.ROOT / "deploy"
SCRIPTS = Path(sys.executable).parent

AGENT = parity.coordinator_path().parents[1] / "agent/fastest-agent"


def check(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def kubernetes(name):
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text("utf-8")))


def compose():
    return yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text("utf-8"))


def known_options(program):
    """The options in a program's --help."""
    return set(re.findall(r"--[a-z][a-z-]+", check(program, "--help")))


@pytest.mark.parametrize("name", ["agents.yaml", "run.yaml"])
def test_kubernetes_accepts(name, tmp_path):
    # The tool insists on a name. Kubernetes would make one.
    text = (
        (DEPLOY / "kubernetes" / name).read_text("utf-8").replace("generateName: fastest-run-", "name: fastest-run-1")
    )
    (tmp_path / name).write_text(text, "utf-8")
    check(SCRIPTS / "kubernetes-validate", "--strict", tmp_path / name)


def test_the_kubernetes_check_sees_mistakes(tmp_path):
    text = (DEPLOY / "kubernetes/agents.yaml").read_text("utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("terminationGracePeriodSeconds", "gracePeriod"), "utf-8")
    with pytest.raises(AssertionError, match="gracePeriod"):
        check(SCRIPTS / "kubernetes-validate", "--strict", tmp_path / "wrong.yaml")


def test_kubernetes_parts_fit_together():
    service, deployment = kubernetes("agents.yaml")
    (job,) = kubernetes("run.yaml")
    pod = deployment["spec"]["template"]
    (agent,), (coordinator,) = pod["spec"]["containers"], job["spec"]["template"]["spec"]["containers"]
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    assert f"--agents=dns:///{service['metadata']['name']}:{port['port']}" in coordinator["args"]
    assert port["targetPort"] in [known["name"] for known in agent["ports"]]
    for template, container in ((pod, agent), (job["spec"]["template"], coordinator)):
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes
        # Every file that an option names lies below a mount.
        files = [word.split("=", 1)[1] for word in container["args"] if "=/" in word and "workdir" not in word]
        assert files
        assert all(any(file.startswith(mount + "/") for mount in mounts) for file in files)


def test_compose_is_valid():
    import compose_spec

    # Compose fills in variables before it reads the file.
    text = re.sub(r"\$\{\w+:\?[^}]*\}", "/home/me/project", (DEPLOY / "docker/compose.yaml").read_text("utf-8"))
    parsed = compose_spec.PyCompose.from_yaml(text)
    parsed.validate()
    assert set(parsed.service_names()) == {"agent", "run"}
    folder = DEPLOY / "docker" / compose()["services"]["agent"]["build"]["context"]
    assert (folder / compose()["services"]["agent"]["build"]["dockerfile"]).samefile(DEPLOY / "docker/Dockerfile")


def test_dockerfile_has_no_known_mistakes():
    check(SCRIPTS / "hadolint", DEPLOY / "docker/Dockerfile")


def test_dockerfile_copies_what_is_there():
    text = (DEPLOY / "docker/Dockerfile").read_text("utf-8")
    for path in ("runner_py/fastest_runner", "tools/requirements/run.txt"):
        assert path in text
        assert (parity.ROOT / path).exists()


def unit(tmp_path):
    """The unit, with a program that exists here. systemd checks that."""
    text = (DEPLOY / "systemd/fastest-agent.service").read_text("utf-8")
    path = tmp_path / "fastest-agent.service"
    assert "/usr/local/bin/fastest-agent \\" in text
    path.write_text(
        text.replace("ExecStart=/usr/local/bin/fastest-agent", f"ExecStart={shutil.which('true')}"), "utf-8"
    )
    return path


def test_systemd_accepts_the_unit(tmp_path):
    said = check("systemd-analyze", "verify", "--man=no", unit(tmp_path))
    assert "fastest-agent" not in said, said


def test_systemd_finds_the_unit_hardened(tmp_path):
    # The scale goes from 0, the best, to 100. A service without settings has 96.
    check("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=25", unit(tmp_path))


def test_slurm_scripts_pass_the_shell():
    for script in (DEPLOY / "slurm").iterdir():
        check("bash", "-n", script)
        assert os.access(script, os.X_OK)


def test_only_options_that_there_are(coordinator):
    """The programs know every option that deploy/ passes."""
    agents, runs = known_options(AGENT), known_options(coordinator)
    _, deployment = kubernetes("agents.yaml")
    (job,) = kubernetes("run.yaml")
    services = compose()["services"]
    used_by_agents = [
        *deployment["spec"]["template"]["spec"]["containers"][0]["args"],
        *services["agent"]["command"],
        *re.findall(r"--[a-z][a-z-]+", unit_command()),
    ]
    used_by_runs = [*job["spec"]["template"]["spec"]["containers"][0]["args"], *services["run"]["entrypoint"][1:]]
    assert {word.split("=")[0] for word in used_by_agents} <= agents
    assert {word.split("=")[0] for word in used_by_runs} <= runs


def unit_command():
    text = (DEPLOY / "systemd/fastest-agent.service").read_text("utf-8").replace("\\\n", " ")
    return next(line for line in text.splitlines() if line.startswith("ExecStart="))
