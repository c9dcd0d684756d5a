"""Makes a project from a seed. The same seed makes the same project on every machine.

python tests/projects/project_maker.py SEED [FOLDER]      prints the project, and writes it to FOLDER
python tests/projects/project_maker.py --features         lists the features of projects
"""

from __future__ import annotations

import fnmatch
import functools
import random
import sys
from collections.abc import Collection

import roles  # noqa: F401 (adds its features)
from features import FEATURES, TESTS
from hook_table import HOOKS, SPOILS, implementation, styles_of
from project import ALONE, Draft, Project

_NAMES = (
    "test_a.py",
    "test_b.py",
    "test_c.py",
    "unit/test_d.py",
    "unit/test_e.py",
    "api/test_f.py",
    "api/deep/test_g.py",
)
_INI_FILES = ("pytest.ini", "pytest.ini", "pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml")
# Shares of hooks among the features of a project.
_HOOKS_SHARE = 0.45


def hook_features():
    """The names of all features that are hooks: the hook, the style, and the body or nothing."""
    return [
        ":".join(["hook", name, style, body]).rstrip(":")
        for name in HOOKS
        for style, bodies in styles_of(name).items()
        for body in bodies
    ]


HOOK_FEATURES = hook_features()


def all_features():
    return [*TESTS, *FEATURES, *HOOK_FEATURES]


def matches(name, entries):
    """`entries` has names of features, with `*` for any text."""
    return any(fnmatch.fnmatchcase(name, entry) for entry in entries)


def add_feature(draft, name):
    """Adds the feature with the name to the draft."""
    draft.feature = name
    if name in TESTS:
        TESTS[name][0](draft)
    elif name in FEATURES:
        function, options = FEATURES[name]
        draft.traits = frozenset(options.get("traits", ()))
        function(draft)
        draft.traits = frozenset()
    else:
        _add_hook(draft, name)
    draft.feature = ""


def _add_hook(draft, feature):
    _, name, style, *body = feature.split(":")
    hook = HOOKS[name]
    places = [place for place in hook.places if place != "sub"]
    if "sub" in hook.places:
        places.append(f"{draft.module().rpartition('/')[0]}/conftest.py".lstrip("/"))
    body = body[0] if body else ""
    traits = {*hook.traits, ALONE} if (name, body) in SPOILS else hook.traits
    draft.hooks(implementation(name, style, body), traits=traits, places=tuple(places))
    if hook.trigger:
        draft.code(draft.module(), hook.trigger)
    if name == "pytest_assertion_pass":
        draft.ini("enable_assertion_pass_hook", "true")
    if name == "pytest_collect_file":
        draft.data(f"own_{draft.number()}.case", "good bad better\n")
    if "pdb" in name:
        draft.arg("--pdb")


@functools.lru_cache(maxsize=1)
def _drawn_from():
    """What features are drawn from: others than tests with their weights, and hooks with their styles and bodies.

    A hook is drawn first and then its style and body. A hook with many bodies is drawn more often, but not as many
    times more often.
    """
    hooks: dict = {}
    for name in HOOK_FEATURES:
        hooks.setdefault(name.split(":")[1], []).append(name)
    weights = [options.get("weight", 1) for _, options in FEATURES.values()]
    return list(FEATURES), weights, hooks, [len(bodies) ** 0.5 for bodies in hooks.values()]


def chosen(seed: int) -> list[str]:
    """The names of the features that the seed draws.

    Few features leave the fast ways of Fastest open, and many features meet each other.
    """
    rng = random.Random(f"features {seed}")
    others, weights, hooks, hook_weights = _drawn_from()
    names = rng.choices(list(TESTS), k=rng.randint(2, 8))
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 6])):
        if rng.random() < _HOOKS_SHARE:
            names.append(rng.choice(hooks[rng.choices(list(hooks), hook_weights)[0]]))
        else:
            names.append(rng.choices(others, weights)[0])
    return list(dict.fromkeys(names))


def make(seed: int, avoid: Collection[str] = (), include: Collection[str] = ()) -> Project:
    """The project of the seed, without the features of `avoid`, and with those of `include`.

    Each feature has random numbers of its own, so a project without one feature has the others as they were.
    """
    rng = random.Random(f"project {seed}")
    modules = list(_NAMES[:2]) + sorted(rng.sample(_NAMES[2:], rng.randint(0, 4)))
    ini_file, has_marker = rng.choice(_INI_FILES), rng.random() < 0.7
    draft = Draft(rng, modules)
    names = [name for name in chosen(seed) if not matches(name, avoid)]
    for name in [*names, *(name for name in include if name not in names)]:
        draft.rng = random.Random(f"{name} {seed}")
        add_feature(draft, name)
    draft.feature = "support"
    for place in modules:
        draft.code(place, f"def test_always_{draft.number()}(): pass")
    if has_marker:
        draft.ini("markers", "slow: takes long")
    return Project(seed, ini_file, tuple(draft.pieces))


def main():
    if sys.argv[1] == "--features":
        print("\n".join(all_features()))
        return 0
    project = make(int(sys.argv[1]))
    print(project.describe(), end="")
    if len(sys.argv) > 2:
        project.write(sys.argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
