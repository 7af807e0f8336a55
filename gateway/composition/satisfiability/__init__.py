"""Proof that every query of the supergraph can be answered, on the planner's own query graph.

walk       goes through all types with the subgraphs in which their objects can be at hand
witness    an operation that leads to a given field
reasons    why a field cannot be had there: every subgraph tried
"""

from gateway.composition.satisfiability.walk import check_satisfiability

__all__ = ["check_satisfiability"]
