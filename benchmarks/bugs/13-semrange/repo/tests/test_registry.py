import pytest

from semrange import NoMatch, Registry


@pytest.fixture
def registry():
    registry = Registry()
    registry.publish("kit", "1.2.0", "1.2.9", "1.10.0", "2.0.0-rc.1", "2.0.0", "2.3.5", "2.4.0", "3.1.0")
    registry.publish("dot", "0.1.0", "0.1.4", "0.2.0")
    return registry


def test_versions_are_sorted(registry):
    assert registry.versions("kit")[:4] == ["1.2.0", "1.2.9", "1.10.0", "2.0.0-rc.1"]


def test_latest(registry):
    assert registry.latest("kit") == "3.1.0"
    assert registry.latest("kit", "^1.2") == "1.10.0"
    assert registry.latest("dot", "^0.1.0") == "0.1.4"


def test_resolve(registry):
    assert registry.resolve({"kit": "~1.2.0 || 9", "dot": "*"}) == {"kit": "1.2.9", "dot": "0.2.0"}


def test_from_one_version_to_another(registry):
    assert registry.latest("kit", "1.2.9 - 2.0.0") == "2.0.0"


def test_up_to_a_minor_version(registry):
    assert registry.latest("kit", "1.2.9 - 2.3") == "2.3.5"


def test_up_to_a_major_version(registry):
    assert registry.latest("kit", "1 - 2") == "2.4.0"


def test_no_match(registry):
    with pytest.raises(NoMatch):
        registry.latest("kit", ">=4")
    with pytest.raises(NoMatch):
        registry.latest("nope")
