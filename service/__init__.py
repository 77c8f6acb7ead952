"""Tapewatch: market news in, understood events, rules in YAML, alerts out.

The straight line is `pipeline.py`; `app.py` builds its parts; every other package is one room of it.
"""
