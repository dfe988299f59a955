"""The help: every command and option is explained, and every example works."""

import shlex

import pytest
import typer
from typer.testing import CliRunner

from entropylaw.cli.app import app

COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_explained_and_examples_exist(name):
    command = COMMANDS[name]
    for parameter in command.params:
        assert parameter.help, f"{name} {parameter.name} has no help"
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0 and "Examples:" in shown.output
    lines = [line.strip() for line in command.epilog.splitlines()]
    typed = [line for line in lines if line.startswith("entropylaw ")]
    assert typed
    for line in typed:
        arguments = shlex.split(line)[1:]
        assert arguments[0] == name
        done = CliRunner().invoke(app, [*arguments, "--help"])
        assert done.exit_code == 0, f"{line}\n{done.output}"


@pytest.mark.parametrize(
    "name", ["select", "stream", "ratio", "audit", "fit", "risk", "compressors"]
)
def test_commands_that_print_a_result_print_json_too(name):
    assert any("--json" in parameter.opts for parameter in COMMANDS[name].params)


def test_streams_and_exit_statuses_are_documented():
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert "stdout" in shown and "130 stopped with Ctrl-C" in shown
