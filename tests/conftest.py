"""What all tests share: how Hypothesis searches."""

import os

from hypothesis import HealthCheck, settings

# The same examples on every run, so that a red build is red again. Machines differ: no deadline.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# New examples on every run: HYPOTHESIS_PROFILE=search make test-all
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
