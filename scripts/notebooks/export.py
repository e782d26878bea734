"""Exports each notebook as one HTML file that needs no network, with a list of them.

    python scripts/notebooks/export.py --to results/quick/site

Formulas are turned into MathML, so that they show without JavaScript.
"""
