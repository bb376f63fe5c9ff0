"""The mark of tests that run on both ways of receiving."""

import pytest

both_transports = pytest.mark.parametrize("transport", ["stream", "collecting proxy"])
