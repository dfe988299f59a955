"""Benchmarks of entropylaw; ``python -m benchmarks`` lists them."""
