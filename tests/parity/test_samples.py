"""The bundled sample suites, which are the first thing that a new user sees."""

import parity
import pytest


@pytest.mark.parametrize(("name", "exit_code"), [("green", 0), ("red", 1)])
@pytest.mark.parametrize("slots", [1, 2])
def test_sample(name, exit_code, slots, coordinator, tmp_path):
    project = parity.copy_project(parity.ROOT / "samples" / name, tmp_path / name)
    expected = parity.run_pytest(project)
    assert expected.exit_code == exit_code
    assert parity.differences(expected, parity.run_fastest(project, slots=slots)) == []
