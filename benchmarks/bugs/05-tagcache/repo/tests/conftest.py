import pytest

from tagcache import Cache
from tagcache.clock import ManualClock


@pytest.fixture
def clock():
    return ManualClock(1000.0)


@pytest.fixture
def cache(clock):
    return Cache(max_weight=3, clock=clock)
