"""Comparison with baselines, plots and the HTML report of a selection."""
