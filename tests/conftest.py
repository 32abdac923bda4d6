"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# WHY: that a machine is busy is no failure.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
