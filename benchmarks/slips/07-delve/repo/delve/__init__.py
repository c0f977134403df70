"""Rules of a small dungeon game."""

from .hero import Hero
from .monster import Monster
from .quest import run_quest

__all__ = ["Hero", "Monster", "run_quest"]
