"""Compares Fastest with pytest on made-up projects.

    tools/soak projects [--seed N] [--count N] [--jobs N] [--known] [--only FEATURE]... [--keep FOLDER]

A seed makes the same project everywhere: conftests, plugins and test modules with every hook of pytest and
pytest-xdist, roles, live parametrizations, readers of session.items, reports with attributes, settings and options.
Genuine pytest decides about -n 1. About -n 2 and two agents pytest decides, too, or pytest-xdist with -n 2 where the
project plays roles. A project without roles on which pytest and pytest-xdist disagree is compared in the rest, and is
counted.

Each difference is printed with its seed, is made smaller, and is kept in a folder: the project, both verdicts, and the
smallest project. Exits with 1 if there was a difference.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import project_maker
import verdicts
from known_differences import KNOWN
from reducer import Reducer

# Two agents run every tenth project.
_AGENTS_EVERY = 10
_KNOWN_TRIES = 60


@dataclass
class Found:
    """A difference: the project, the comparison, and the smallest project with the same difference."""

    project: object
    comparison: object
    minimal: object
    again: bool = True


@dataclass
class Summary:
    projects: int = 0
    disagreements: int = 0
    found: list = field(default_factory=list)
    # Features of all projects, counted.
    features: Counter = field(default_factory=Counter)


def first_kind(comparison):
    """The way and the kind of the most telling difference."""
    ranks = ("time", "exit code", "test", "collector", "order", "seen", "notes", "files", "counts")
    found = [(way, one.kind) for way in verdicts.WAYS for one in comparison.found.get(way, ())]
    return min(found, key=lambda each: next((i for i, r in enumerate(ranks) if each[1].startswith(r)), len(ranks)))


def examine(comparer, project, comparison, reduce=True):
    """Looks whether the difference comes again, and makes the project smaller while it does."""
    way, kind = first_kind(comparison)
    exit_code = _exit_code(comparison)

    def differs(candidate):
        again = comparer.compare(candidate, (way,))
        same = any(one.kind == kind for one in again.found.get(way, ()))
        return same and (kind == "exit code" or _exit_code(again) == exit_code)

    if not differs(project):
        return Found(project, comparison, project, again=False)
    minimal = Reducer(differs).reduce(project) if reduce else project
    return Found(project, comparison, minimal)


def _exit_code(comparison):
    for name in ("pytest", "xdist"):
        verdict = comparison.verdicts.get(name)
        if verdict is not None and verdict.run is not None:
            return verdict.run.exit_code
    return None


def explain(found):
    """A difference as text: the seed, what differs, the files, both verdicts, and the smallest project."""
    words = [f"==== {found.project.describe()}"]
    if not found.again:
        words.append("seen once, and not again in a second run")
    for way, differences in found.comparison.found.items():
        words.append(f"-- differences, {way}:")
        words += [f"  {one.kind}: {one.text}" for one in differences]
    for name, verdict in found.comparison.verdicts.items():
        words += [f"-- output, {name}:", verdict.stdout.rstrip()]
        if verdict.stderr.strip():
            words += [f"-- errors, {name}:", verdict.stderr.rstrip()]
    words += ["-- the smallest project:", found.minimal.describe()]
    return "\n".join(words) + "\n"


def keep(found, folder):
    """Keeps a difference: difference.txt, and the projects as files."""
    place = Path(folder) / f"seed-{found.project.seed}"
    for name, project in (("project", found.project), ("minimal", found.minimal)):
        (place / name).mkdir(parents=True, exist_ok=True)
        project.write(place / name)
    (place / "difference.txt").write_text(explain(found), "utf-8", "backslashreplace")
    return place


def ways_of(seed, agents_every=_AGENTS_EVERY):
    """Where a project runs: with one worker, with two, and every tenth over agents."""
    agents = (verdicts.AGENTS,) if agents_every and seed % agents_every == 0 else ()
    return (verdicts.ONE, verdicts.TWO, *agents)


def run_all(seeds, python=sys.executable, jobs=1, tell=None, make=None, reduce=True, agents_every=_AGENTS_EVERY):
    """Compares the projects of all seeds, and gives the Summary. `tell` is called with it after each project."""
    make = make or (lambda seed: project_maker.make(seed, avoid=KNOWN))
    todo: queue.SimpleQueue = queue.SimpleQueue()
    for seed in seeds:
        todo.put(seed)
    summary, lock, errors = Summary(), threading.Lock(), []

    def work():
        comparer = verdicts.Comparer(python)
        try:
            while not errors:
                try:
                    seed = todo.get_nowait()
                except queue.Empty:
                    return
                project = make(seed)
                comparison = comparer.compare(project, ways_of(seed, agents_every))
                found = examine(comparer, project, comparison, reduce) if comparison.found else None
                with lock:
                    summary.projects += 1
                    summary.disagreements += bool(comparison.disagree)
                    summary.features.update(project.features)
                    if found:
                        summary.found.append(found)
                    if tell is not None:
                        tell(summary, found)
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            comparer.close()

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return summary


def check_known(python, features, tell, tries=_KNOWN_TRIES):
    """The entries of KNOWN among `features` for which no project differs any more."""
    gone = []
    comparer = verdicts.Comparer(python)
    try:
        for entry in features:
            names = [name for name in project_maker.all_features() if project_maker.matches(name, [entry])]
            others = [known for known in KNOWN if known != entry]
            differs = False
            for seed in range(tries):
                project = project_maker.make(seed, avoid=[*others, entry], include=[names[seed % len(names)]])
                if comparer.compare(project, ways_of(0 if seed % 5 == 4 else 1)).found:
                    differs = True
                    break
            tell(entry, differs)
            if not differs:
                gone.append(entry)
    finally:
        comparer.close()
    return gone


def _options():
    parser = argparse.ArgumentParser(prog="tools/soak projects", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (default: 1)")
    parser.add_argument("--count", type=int, default=20_000, metavar="N", help="how many projects (default: 20,000)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="how many at the same time (default: 2)")
    parser.add_argument("--only", action="append", default=[], metavar="FEATURE", help="a feature of every project")
    parser.add_argument("--with-known", action="store_true", help="known differences are not left out")
    parser.add_argument("--known", action="store_true", help="check that each known difference is still one")
    parser.add_argument(
        "--agents-every", type=int, default=_AGENTS_EVERY, metavar="N", help="default: every 10th; 0: never"
    )
    parser.add_argument("--no-reduce", action="store_true", help="do not look for the smallest project")
    parser.add_argument("--most", type=int, default=50, metavar="N", help="end after so many differences (default: 50)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where differences are kept")
    options = parser.parse_args()
    if options.keep is None:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        options.keep = Path(cache) / "fastest/soak-projects"
    unknown = [name for name in options.only if name not in project_maker.all_features()]
    if unknown:
        parser.error(f"no such feature: {unknown[0]} (they are listed by tests/projects/project_maker.py --features)")
    return options


def _show(options, started):
    def tell(summary, found):
        if found:
            place = keep(found, options.keep)
            print(f"\nDIFFERENCE {explain(found)}kept in {place}", flush=True)
        terminal = sys.stderr.isatty()
        if terminal or summary.projects % 100 == 0:
            speed = (time.monotonic() - started) / summary.projects
            line = f"{summary.projects} projects, {len(summary.found)} differ, {speed:.2f} s each"
            print(f"\r{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
        if len(summary.found) >= options.most:
            raise SystemExit(f"ended after {len(summary.found)} differences, kept in {options.keep}")

    return tell


def main():
    options = _options()
    if options.known:
        gone = check_known(
            sys.executable,
            list(KNOWN),
            lambda entry, differs: print(f"{entry}: {'differs' if differs else 'DIFFERS NO MORE'}", flush=True),
        )
        for entry in gone:
            print(f"drop {entry!r} from tests/projects/known_differences.py: no project with it differed")
        return 1 if gone else 0
    avoid = () if options.with_known else tuple(KNOWN)
    summary = run_all(
        range(options.seed, options.seed + options.count),
        jobs=options.jobs,
        tell=_show(options, time.monotonic()),
        make=lambda seed: project_maker.make(seed, avoid=avoid, include=options.only),
        reduce=not options.no_reduce,
        agents_every=options.agents_every,
    )
    print(
        f"{summary.projects} projects from seed {options.seed}: {len(summary.found)} differ from pytest, "
        f"{summary.disagreements} on which pytest and pytest-xdist disagree; "
        f"{len(summary.features)} of {len(project_maker.all_features())} features"
    )
    return 1 if summary.found else 0


if __name__ == "__main__":
    sys.exit(main())
