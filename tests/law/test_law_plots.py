"""Plots of a fitted law."""

import matplotlib as mpl
import numpy as np
import pytest
from law_runs import RUNS, simulate

from entropylaw.errors import ConfigError, FormError
from entropylaw.law import EntropyLawFit

mpl.use("Agg")


@pytest.mark.parametrize("form", ["linear", "logarithmic", "interaction", "constrained"])
def test_plots_take_and_return_axes(form):
    import matplotlib.pyplot as plt

    law = EntropyLawFit(form).fit(simulate(12))
    figure, grid = plt.subplots(2, 3)
    axes = grid.ravel()
    assert law.plot(axes[0]) is axes[0]
    assert law.plot(axes[1], against="loss") is axes[1]
    assert law.plot_loss_ratio(axes[2]) is axes[2]
    assert law.plot_residuals(axes[3]) is axes[3]
    assert law.plot_surface(axes[4]) is axes[4]
    figure.canvas.draw()
    fresh = law.plot()
    assert fresh.figure is not figure
    assert [text.get_text() for text in fresh.texts] == [f"run {i}" for i in range(12)]
    plt.close("all")


def test_plotted_points_miss_the_curve_by_their_residuals():
    import matplotlib.pyplot as plt

    law = EntropyLawFit().fit(RUNS)
    ax = law.plot()
    x, y = np.asarray(ax.collections[-1].get_offsets()).T
    curve = np.interp(x, *ax.lines[0].get_data())
    np.testing.assert_allclose(y - curve, law.result_.regression.residuals, atol=1e-9)
    plt.close("all")


def test_plots_that_cannot_be_drawn():
    law = EntropyLawFit(predictors="ratio").fit({k: v for k, v in RUNS.items() if "loss" not in k})
    with pytest.raises(FormError, match="without the loss"):
        law.plot(against="loss")
    with pytest.raises(FormError, match="both"):
        law.plot_surface()
    with pytest.raises(FormError, match="three or more runs"):
        law.plot_loss_ratio()
    with pytest.raises(ConfigError, match='"ratio" or "loss"'):
        law.plot(against="R")
