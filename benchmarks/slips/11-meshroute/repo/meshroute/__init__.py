"""Routing planner for meshes of asymmetric links."""

from .loader import load_topology
from .planner import Planner
from .report import describe_route, routing_table

__all__ = ["Planner", "describe_route", "load_topology", "routing_table"]
