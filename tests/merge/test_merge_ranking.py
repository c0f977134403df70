"""How candidates are ranked, and what is decided."""

import pytest

from devagent.merge import line_merge
from devagent.merge.candidates import propose
from devagent.merge.decision import Alternative, Confidence, Decision, Origin
from devagent.merge.forest import Forest
from devagent.merge.joint import Leaning
from devagent.merge.limits import Limits
from devagent.merge.ranking import Weights, decide, look
from devagent.merge.regions import Conflict, Regions
from devagent.merge.versions import Versions

STEPS = ((0.0, 0.0), (0.5, 0.4), (1.0, 1.0))


def stump(feature: int, low: float, high: float) -> Forest:
    """A tree that gives `high` where a feature is over one half."""
    return Forest((0,), (feature,), (0.5,), (-1,), (-2,), (low, high))


def weights(first: Forest, second: Forest, joint: str = "others theirs", sound: float = 0.0) -> Weights:
    own = ("is theirs", "is ours")
    third = Forest((0,), (0,), (0.5,), (-1,), (-2,), (-2, 2))
    names = (own, (*own, joint), ("file least",))
    return Weights(*names, first, second, third, STEPS, certain=0.9, likely=0.5, sound=sound)


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
    return list(decide(look(versions, regions, proposals, learnt), learnt).values())


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


def test_what_is_likely_in_the_other_files_of_the_merge_counts() -> None:
    learnt = weights(stump(0, -6, 2), stump(2, -1, 1), "merge same way")
    versions, regions, proposals = conflicted((b"ours = 1", b"theirs = 2"))
    seen = look(versions, regions, proposals, learnt)
    others = Leaning.of([[(("theirs",), 0.9)]])
    (decision,) = decide(seen, learnt, beside=others).values()
    assert decision.how == "theirs"
    (alone,) = decide(seen, learnt).values()
    assert alone.probability < decision.probability


def test_where_the_file_as_a_whole_is_unlikely_the_least_sure_answer_is_unsure() -> None:
    """The third forest of this test believes files whose least sure answer is over one half."""
    pairs = (b"ours = 1", b"theirs = 2"), (b"ours = 3", b"theirs = 4")
    for sound, expected in ((0.5, Confidence.LIKELY), (0.95, Confidence.UNSURE)):
        found = decided(weights(stump(0, -9, 1), stump(0, -9, 1), sound=sound), *pairs)
        assert [decision.confidence for decision in found] == [expected, Confidence.LIKELY]


def test_a_conflict_without_candidates_gets_no_decision() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"), (b"c = 1", b"d = 2"))
    first, second = proposals
    learnt = weights(stump(0, 0, 1), stump(0, 0, 1))
    assert list(decide(look(versions, regions, {**proposals, first: ()}, learnt), learnt)) == [second]


def test_what_another_step_proposed_is_ranked_too() -> None:
    learnt = weights(stump(0, 0, 1), stump(0, 0, 1))
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    ((index, found),) = proposals.items()
    asked = {index: (Alternative((b"c = 3\n",), "same change", "Both.", 0.6), *found)}
    decision = decide(look(versions, regions, asked, learnt), learnt)[index]
    assert "same change" in [other.how for other in decision.alternatives]


@pytest.mark.parametrize(("how", "is_believed"), [("same change", False), ("as always before", True)])
def test_a_step_that_the_forests_know_nothing_of_is_believed(how: str, is_believed: bool) -> None:
    learnt = weights(stump(0, -9, -9), stump(0, -9, -9))
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    ((index, found),) = proposals.items()
    asked = {index: (*found, Alternative((b"c = 3\n",), how, "Both.", 0.8))}
    decision = decide(look(versions, regions, asked, learnt), learnt)[index]
    assert (decision.how == how) == is_believed


def test_only_the_likeliest_texts_are_kept() -> None:
    learnt = weights(stump(0, -2, 2), stump(0, -3, 3))
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    (decision,) = decide(look(versions, regions, proposals, learnt), learnt, most=3).values()
    assert (decision.how, len(decision.alternatives)) == ("theirs", 2)


def test_the_shipped_weights_fit_the_features() -> None:
    versions, regions, proposals = conflicted((b"a = 1", b"b = 2"))
    (decision,) = decide(look(versions, regions, proposals)).values()
    assert 0 < decision.probability < 1
    assert Weights.shipped().likely < Weights.shipped().certain
