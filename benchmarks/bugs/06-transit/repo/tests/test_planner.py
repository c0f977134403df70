import unittest

from transit import NoRoute, Planner, UnknownStop

CITY = """
    line Red: Harbour 4 Market 3 Castle 9 Airport   # the old tram
    line Blue: Market 6 Airport
    line Green: Harbour 2 Park 2 Zoo 2 Castle
    line Ferry: Island 20 Lighthouse
"""


class JourneyTest(unittest.TestCase):
    def setUp(self):
        self.planner = Planner.from_text(CITY, change=5)

    def test_along_one_line(self):
        minutes, legs = self.planner.journey("Harbour", "Castle")
        self.assertEqual(minutes, 6)
        self.assertEqual([leg.line for leg in legs], ["Green"])
        self.assertEqual(legs[0].stops, 3)

    def test_next_stop(self):
        self.assertEqual(self.planner.describe("Market", "Castle"), "3 min: Red Market-Castle")

    def test_changing_is_worth_it(self):
        self.assertEqual(
            self.planner.describe("Harbour", "Airport"),
            "15 min: Red Harbour-Market, Blue Market-Airport",
        )

    def test_changing_is_not_worth_it_when_it_takes_long(self):
        slow = Planner.from_text(CITY, change=8)
        self.assertEqual(slow.describe("Harbour", "Airport"), "16 min: Red Harbour-Airport")

    def test_a_slow_direct_ride_loses(self):
        planner = Planner.from_text("line A: X 30 Y\nline B: X 5 M 5 Y", change=5)
        self.assertEqual(planner.minutes("X", "Y"), 10)
        self.assertEqual(planner.minutes("Y", "X"), 10)

    def test_same_stop(self):
        self.assertEqual(self.planner.describe("Zoo", "Zoo"), "you are there")

    def test_closed_stop(self):
        self.planner.close("Park")
        self.assertEqual(self.planner.describe("Harbour", "Castle"), "7 min: Red Harbour-Castle")
        self.planner.reopen("Park")
        self.assertEqual(self.planner.minutes("Harbour", "Castle"), 6)

    def test_no_way(self):
        with self.assertRaises(NoRoute):
            self.planner.journey("Harbour", "Island")

    def test_unknown_stop(self):
        with self.assertRaises(UnknownStop):
            self.planner.journey("Harbour", "Moon")

    def test_interchanges(self):
        self.assertEqual(
            self.planner.interchanges(), ["Airport", "Castle", "Harbour", "Market"]
        )


class FreeChangeTest(unittest.TestCase):
    def test_without_cost_of_changing(self):
        planner = Planner.from_text(CITY, change=0)
        self.assertEqual(planner.minutes("Harbour", "Airport"), 10)
        self.assertEqual(planner.minutes("Park", "Market"), 6)
