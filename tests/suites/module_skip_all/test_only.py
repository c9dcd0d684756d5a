import pytest

pytest.skip("nothing else here", allow_module_level=True)
