"""How candidates are ranked, and what is decided."""

import pytest

from devagent.merge import line_merge
from devagent.merge.candidates import propose
from devagent.merge.decision import Alternative, Confidence, Decision, Origin
from devagent.merge.forest import Forest
from devagent.merge.limits import Limits
from devagent.merge.ranking import Weights, decide
from devagent.merge.regions import Conflict, Regions
from devagent.merge.versions import Versions

STEPS = ((0.0, 0.0), (0.5, 0.4), (1.0, 1.0))


def stump(feature: int, low: float, high: float) -> Forest:
    """A tree that gives `high` where a feature is over one half."""
    return Forest((0,), (feature,), (0.5,), (-1,), (-2,), (low, high))


def weights(first: Forest, second: Forest, certain: float = 0.9, likely: float = 0.5) -> Weights:
    return Weights(
        ("is theirs", "is ours"), ("is theirs", "is ours", "others theirs"), first, second, STEPS, certain, likely
    )


def conflicted(*pairs: tuple[bytes, bytes]) -> tuple[Versions, Regions, dict[int, tuple[Alternative, ...]]]:
    """A file with one conflict for each pair of our text and theirs."""
    texts = [b"".join(b"# %d\n%s\n# end %d\n" % (n, side(n), n) for n in range(len(pairs))) for side in
             (lambda n: b"old %d" % n, lambda n: pairs[n][0], lambda n: pairs[n][1])]  # fmt: skip
    versions = Versions("a.py", *texts)
    regions = line_merge.merge(versions)
    return (
        versions,
        regions,
        {
            n: propose(versions, regions, n, Limits())
            for n, region in enumerate(regions)
            if isinstance(region, Conflict)
        },
    )


def decided(learnt: Weights, *pairs: tuple[bytes, bytes]) -> list[Decision]:
    versions, regions, proposals = conflicted(*pairs)
    return list(decide(versions, regions, proposals, learnt).values())


def test_the_likeliest_text_is_decided_and_the_others_are_its_alternatives() -> None:
    learnt = weights(stump(0, -2, 2), stump(0, -3, 3))
    (decision,) = decided(learnt, (b"ours = 1", b"theirs = 2"))
    assert (decision.how, decision.lines, decision.origins) == ("theirs", (b"theirs = 2\n",), (Origin.THEIRS,))
    assert decision.probability > max(other.probability for other in decision.alternatives)
    assert decision.lines not in [other.lines for other in decision.alternatives]
    assert decision.why.endswith(".")


@pytest.mark.parametrize(
    ("log_odds", "confidence"), [(6, Confidence.CERTAIN), (1, Confidence.LIKELY), (-1, Confidence.UNSURE)]
)
def test_the_chance_decides_about_the_class(log_odds: float, confidence: Confidence) -> None:
    (decision,) = decided(weights(stump(0, -9, 0), stump(0, -9, log_odds)), (b"ours = 1", b"theirs = 2"))
    assert decision.confidence is confidence


def test_what_is_likely_for_the_other_conflicts_counts() -> None:
    by_others = weights(stump(0, -6, 2), stump(2, -1, 1))
    alone = decided(by_others, (b"ours = 1", b"theirs = 2"))
    together = decided(by_others, (b"ours = 1", b"theirs = 2"), (b"ours = 3", b"theirs = 4"))
    assert together[0].probability > alone[0].probability


def test_chances_are_calibrated_along_straight_lines() -> None:
    learnt = weights(stump(0, 0, 0), stump(0, 0, 0))
    assert [learnt.calibrated(chance) for chance in (0.0, 0.25, 0.5, 0.75, 1.0)] == pytest.approx([0, 0.2, 0.4, 0.7, 1])


def test_a_conflict_without_candidates_gets_no_decision() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"), (b"c = 1", b"d = 2"))
    first, second = proposals
    assert list(decide(versions, regions, {**proposals, first: ()}, weights(stump(0, 0, 1), stump(0, 0, 1)))) == [
        second
    ]


def test_what_another_step_proposed_is_ranked_too() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    ((index, found),) = proposals.items()
    asked = {index: (Alternative((b"c = 3\n",), "structure", "Both.", 0.6), *found)}
    decision = decide(versions, regions, asked, weights(stump(0, 0, 1), stump(0, 0, 1)))[index]
    assert "structure" in [other.how for other in decision.alternatives]


def test_only_the_likeliest_texts_are_kept() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    (decision,) = decide(versions, regions, proposals, weights(stump(0, -2, 2), stump(0, -3, 3)), most=3).values()
    assert (decision.how, len(decision.alternatives)) == ("theirs", 2)


def test_the_shipped_weights_fit_the_features() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    (decision,) = decide(versions, regions, proposals).values()
    assert 0 < decision.probability < 1
    assert Weights.shipped().likely < Weights.shipped().certain
