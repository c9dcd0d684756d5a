"""A Slurm cluster of machines (tests/farm/machines): munge and a node on each, and the controller on the first."""

import os

import machines

_CONF = """
ClusterName=farm
SlurmctldHost={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={disk}/munge/socket
CredType=cred/munge
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
ReturnToService=2
# Without systemd and cgroups.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
SlurmctldPidFile={disk}/slurmctld.pid
SlurmdPidFile={disk}/slurmd.pid
StateSaveLocation={disk}/state
SlurmdSpoolDir={disk}/spool
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    """Slurm on all machines of a network, up and idle. Every command needs `conf` as SLURM_CONF."""

    def __init__(self, network, folder):
        self._all = list(network)
        self._controller = self._all[0]
        disk = self._controller.disk
        self.conf = folder / "slurm.conf"
        nodes = "".join(f"NodeName={machine.name} CPUs=2 State=UNKNOWN\n" for machine in network)
        self.conf.write_text(_CONF.format(controller=self._controller.name, disk=disk, nodes=nodes), "utf-8")
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        for machine in self._all:
            machine.run(["mkdir", "-p", disk / "munge", disk / "state", disk / "spool"])
            self._start(machine, *self._munge(key, disk / "munge"))
        for machine in self._all:
            machines.wait_until(
                lambda m=machine: m.run(["test", "-S", disk / "munge/socket"], check=False).returncode == 0, "munge"
            )
        self._start(self._controller, "slurmctld", "-D", "-c", "-f", self.conf)
        for machine in self._all:
            self._start(machine, "slurmd", "-D", "-f", self.conf, "-N", machine.name)
        machines.wait_until(lambda: self.states() == {machine.name: "idle" for machine in self._all}, "idle nodes")

    @staticmethod
    def _munge(key, folder):
        # --force: munged need not check who may write to the folders above.
        return [
            "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/socket",
            f"--pid-file={folder}/pid", f"--log-file={folder}/log", f"--seed-file={folder}/seed",
        ]  # fmt: skip

    @staticmethod
    def _start(machine, program, *args):
        # Debian puts the daemons into a folder that PATH may lack.
        return machine.start([f"/usr/sbin/{program}", *args])

    def run(self, *command, env=None, cwd=None, check=True):
        words = ["env", f"SLURM_CONF={self.conf}", *(f"{k}={v}" for k, v in (env or {}).items()), *command]
        return self._controller.run(words, cwd=cwd or self._controller.disk, check=check)

    def states(self):
        """Maps each node to its state."""
        said = self.run("sinfo", "--noheader", "--Node", "--format=%N %T", check=False).stdout
        return dict(line.split() for line in said.splitlines())

    def run_job(self, *words, env, cwd):
        """Submits a job, waits for its end, and returns the exit code. (sbatch --wait looks only every few seconds.)"""
        return self.exit_code(self.submit(*words, env=env, cwd=cwd))

    def submit(self, *words, env, cwd):
        """Submits a job and returns its number."""
        return self.run("sbatch", "--parsable", *words, env=env, cwd=cwd).stdout.strip()

    def exit_code(self, number):
        """Waits for the job's end. A signal N that ended the job gives 128 + N, as in a shell."""

        def end():
            said = self.run("scontrol", "--oneliner", "show", "job", number).stdout
            facts = dict(word.split("=", 1) for word in said.split() if "=" in word)
            return facts["ExitCode"] if facts["JobState"] in ("COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL") else None

        code, _, number_of_signal = machines.wait_until(end, f"the end of job {number}").partition(":")
        return int(code) or (128 + int(number_of_signal) if number_of_signal != "0" else 0)

    def wait_for_no_jobs(self):
        machines.wait_until(lambda: not self.run("squeue", "--noheader").stdout.strip(), "the end of all jobs")
