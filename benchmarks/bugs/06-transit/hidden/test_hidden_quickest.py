import unittest

from transit import Planner


class QuickestTest(unittest.TestCase):
    def test_goal_seen_early_from_a_near_stop(self):
        planner = Planner.from_text("line A: S 1 M 50 G\nline B: S 10 N 10 G", change=0)
        minutes, legs = planner.journey("S", "G")
        self.assertEqual(minutes, 20)
        self.assertEqual([leg.line for leg in legs], ["B"])

    def test_cost_of_change_decides(self):
        text = "line A: S 2 M 9 G\nline B: M 3 G"
        self.assertEqual(Planner.from_text(text, change=5).minutes("S", "G"), 10)
        self.assertEqual(Planner.from_text(text, change=6).minutes("S", "G"), 11)
        self.assertEqual(Planner.from_text(text, change=7).minutes("S", "G"), 11)

    def test_long_chain_beats_direct_rides(self):
        text = "line A: S 100 G\nline B: S 90 G\nline C: S 1 a 1 b 1 c 1 d 1 G"
        minutes, legs = Planner.from_text(text).journey("S", "G")
        self.assertEqual((minutes, legs[0].stops), (5, 5))
