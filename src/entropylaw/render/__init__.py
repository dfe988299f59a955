"""Tables, cards and plots: draw plain values, know nothing of selection or law."""
