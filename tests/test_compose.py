"""compose.yaml says what it must, in the words of settings.py, the Procfile and the Dockerfile."""

import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from settings import ROOT, Settings

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line
)


def test_has_everything_a_team_needs() -> None:
    assert SERVICES.keys() == {"postgres", "redis", "migrate", "ui", "trainer", "reaper", "proxy"}


def test_only_the_proxy_can_be_reached_and_the_rest_has_no_way_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "front" in service["networks"]] == [
        "ui",
        "proxy",
    ]


def test_every_value_it_asks_for_stands_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert asked == EXAMPLE.keys()


@pytest.mark.parametrize("name", ["trainer", "reaper", "ui"])
def test_runs_what_the_procfile_runs(name: str) -> None:
    local = PROCFILE[name].replace("$TOUCHSTONE_HOST", "0.0.0.0")
    local = local.replace("$TOUCHSTONE_PORT", "8501")
    assert shlex.split(SERVICES[name]["command"]) == shlex.split(local)


@pytest.mark.parametrize("name", OURS)
def test_sets_only_what_settings_know(name: str) -> None:
    given = OURS[name]["environment"]
    known = {f"TOUCHSTONE_{field.upper()}" for field in Settings.model_fields}
    of_the_store = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}
    assert given.keys() <= known | of_the_store
    set_here = {key: value for key, value in given.items() if value is not None}
    values = {key.removeprefix("TOUCHSTONE_").lower(): set_here[key] for key in set_here}
    settings = Settings(**values, _env_file=None)
    assert settings.database.startswith("postgresql+psycopg://")
    assert settings.broker.startswith("redis://")
    assert not settings.embeds_broker


def test_the_filled_in_example_is_no_obstacle_to_settings() -> None:
    assert Settings(_env_file=ROOT / ".env.example").public_host == "touchstone.example.org"


def test_the_trainer_gets_a_gpu_and_time_to_stop() -> None:
    devices = SERVICES["trainer"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices == [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}]
    grace = int(SERVICES["trainer"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings(_env_file=None).stop_seconds


@pytest.mark.parametrize("name", OURS)
def test_builds_a_target_of_the_dockerfile(name: str) -> None:
    targets = re.findall(r"^FROM \S+ AS (\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert OURS[name]["build"]["target"] in targets
    assert OURS[name]["build"]["target"] == ("trainer" if name == "trainer" else "web")


def test_the_web_image_asks_for_no_torch() -> None:
    stage = (ROOT / "Dockerfile").read_text().split("AS web")[1].split("FROM")[0]
    assert re.findall(r"-r (\S+)", stage) == ["requirements-web.txt"]
    wanted = (ROOT / "requirements-web.txt").read_text().split()
    assert not {"torch", "transformers", "datasets", "-r"} & set(wanted)


def test_no_secret_stands_in_the_files() -> None:
    assert not EXAMPLE["POSTGRES_PASSWORD"]
    assert not EXAMPLE["BROKER_PASSWORD"]


def test_docker_compose_accepts_it(tmp_path) -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker is not installed here; the other tests read compose.yaml themselves")
    version = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if version.returncode:
        pytest.skip("this docker client has no compose; the other tests read compose.yaml")
    filled = tmp_path / "filled.env"
    filled.write_text("\n".join(f"{key}={value or 'x'}" for key, value in EXAMPLE.items()))
    command = ["docker", "compose", "--env-file", str(filled), "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
