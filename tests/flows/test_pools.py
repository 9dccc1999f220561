"""Which pool an interview goes to, and what configs/prefect.yaml promises."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow

from colloquy.domain.interview import SourceKind
from colloquy.quiet import SWITCHES
from colloquy.settings import configs_folder, load_machine_settings
from flows.dask_cluster import on_dask
from flows.pools import Pool, at_once_of, pool_for
from flows.runners import here, runner_of
from flows.work_pools import on_work_pools

TEXT = (configs_folder() / "prefect.yaml").read_text(encoding="utf-8")
NAMES = load_machine_settings().work


def deployments(text: str = TEXT) -> list[dict[str, Any]]:
    return list(yaml.safe_load(text)["deployments"])


@pytest.mark.parametrize(
    ("kind", "gpu_count", "cpu_count", "name"),
    [
        (SourceKind.RECORDING, 1, 1, "gpu"),
        (SourceKind.RECORDING, 0, 1, "cpu"),
        (SourceKind.DOCUMENT, 1, 1, "cpu"),
        (SourceKind.DOCUMENT, 1, 0, "gpu"),
        (SourceKind.TRANSCRIPT, 1, 1, "cpu"),
    ],
)
def test_recordings_go_to_the_gpu_and_each_to_the_other_where_nobody_is_up(
    kind: SourceKind, gpu_count: int, cpu_count: int, name: str
) -> None:
    assert pool_for(kind, Pool("gpu", gpu_count, gpu_count), Pool("cpu", cpu_count, cpu_count)).name == name


def test_a_gpu_gets_three_interviews_at_once_unless_the_setting_says_otherwise() -> None:
    assert (at_once_of(NAMES, NAMES.gpu_pool), at_once_of(NAMES, NAMES.cpu_pool)) == (3, 1)
    many = NAMES.model_copy(update={"interviews_at_once": 5})
    assert (at_once_of(many, NAMES.gpu_pool), at_once_of(many, NAMES.cpu_pool)) == (5, 5)


def test_the_setting_chooses_who_works() -> None:
    def chosen(name: str) -> Any:
        return runner_of(NAMES.model_copy(update={"runner": name}))

    assert [chosen(name) for name in ("here", "work-pools", "dask")] == [here, on_work_pools, on_dask]


@pytest.mark.parametrize("deployment", deployments(), ids=lambda one: str(one["name"]))
def test_a_deployment_names_a_flow_that_takes_its_parameters(deployment: dict[str, Any]) -> None:
    module, _, name = deployment["entrypoint"].rpartition(".")
    flow = getattr(import_module(module), name)
    assert isinstance(flow, Flow)
    assert set(deployment.get("parameters", {})) <= set(flow.parameters.properties)
    is_of_interviews = deployment["work_pool"]["name"] in (NAMES.gpu_pool, NAMES.cpu_pool)
    assert is_of_interviews is (name == "interview"), "a study would hold the place that its interviews wait for"


def test_the_interview_has_a_deployment_on_each_pool_named_like_it() -> None:
    named = {one["name"]: one["work_pool"]["name"] for one in deployments() if one["entrypoint"].endswith(".interview")}
    assert named == {NAMES.gpu_pool: NAMES.gpu_pool, NAMES.cpu_pool: NAMES.cpu_pool}


def test_every_deployment_is_quiet() -> None:
    for one in deployments():
        assert SWITCHES.items() <= one["work_pool"]["job_variables"]["env"].items()


def test_the_examples_for_docker_and_kubernetes_are_yaml_and_quiet() -> None:
    """Put in the place that the file names, each is a deployment; they are not run here."""
    examples = re.findall(r"^#   - name: gpu\n(?:#     .*\n)+", TEXT, re.MULTILINE)
    assert len(examples) == 2
    head = TEXT[: TEXT.index("deployments:")]
    for example in examples:
        plain = "\n".join(line.removeprefix("#").removeprefix(" ") for line in example.splitlines())
        (one,) = deployments(f"{head}deployments:\n{plain}\n")
        assert SWITCHES.items() <= one["work_pool"]["job_variables"]["env"].items()
        assert one["work_pool"]["name"] == NAMES.gpu_pool


def test_the_file_holds_no_password() -> None:
    assert "password" not in re.sub(r"^#.*$", "", TEXT, flags=re.MULTILINE)
    assert "@" not in TEXT


def test_the_command_in_the_file_names_the_file() -> None:
    assert f"--prefect-file {Path('configs') / 'prefect.yaml'}" in TEXT
