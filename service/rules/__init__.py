"""Rules: YAML text into an immutable RuleSet, and a RuleSet held against an item and its events.

Guarantees: a set is accepted whole or refused with every problem at file:line:column, its own examples included; matching is pure
and costs a pass over the text plus the few rules whose required words or events occurred; every answer can be explained.
It must not do IO, read a clock, or know how events are found: it is given them.
"""
