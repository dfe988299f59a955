"""Output in a notebook, from a real kernel: HTML, figures without pyplot, the progress bar."""

import nbformat
import pytest
from nbclient import NotebookClient

SELECT = """\
from entropylaw import ZipSelector, audit
texts = [f"record {i} says {i**7}" for i in range(90)]
result = ZipSelector(30, k1=90, k2=20, k3=10).select(texts)
result"""
CELLS = {"select": SELECT, "plot": "result.plot()", "audit": "audit(texts, share=0.5).plot()"}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Return the outputs of each cell."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    resources = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return dict(zip(CELLS, (cell["outputs"] for cell in notebook["cells"]), strict=True))


def test_a_result_shows_itself(outputs):
    shown = [output["data"] for output in outputs["select"] if "data" in output]
    assert len(shown) == 1 and "<table" in shown[0]["text/html"]


def test_the_progress_bar_shows_without_a_warning(outputs):
    shown = "".join(
        output["text"] for output in outputs["select"] if output.get("name") == "stderr"
    )
    assert "select: 100%" in shown and "30/30" in shown
    assert "Warning" not in shown


@pytest.mark.parametrize("cell", ["plot", "audit"])
def test_a_figure_is_shown_once(outputs, cell):
    shown = [output["data"] for output in outputs[cell] if output["output_type"] != "stream"]
    assert len(shown) == 1 and "image/png" in shown[0]
