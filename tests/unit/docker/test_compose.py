"""What can be known of the containers without an engine: files parse, and names are those of the code."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reos.core.metrics import REGISTRY
from reos.core.settings import PROJECT_ROOT, Settings
from reos_api.metrics import ApiMetrics
from reos_api.settings import ApiSettings

DOCKER = PROJECT_ROOT / "docker"
OBSERVED = DOCKER / "observability"
COMPOSE = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXPECTED = {
    *("postgres", "redis", "qdrant", "migrate", "api", "nginx", "prometheus", "grafana", "statsd-exporter"),
    *(f"airflow-{name}" for name in ("api-server", "scheduler", "dag-processor", "triggerer", "worker")),
}
# which database roles a process may act as
ROLES = {
    "api": {"app"},
    "airflow-triggerer": {"pipeline"},
    "airflow-worker": {"pipeline", "dbt", "quality"},
    "migrate": {"superuser", "owner", "app", "pipeline", "dbt", "quality"},
}


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return found


def test_the_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == EXPECTED


@pytest.mark.parametrize("service", sorted(EXPECTED))
def test_every_image_is_pinned_to_a_version(service: str) -> None:
    tag = SERVICES[service]["image"].rpartition(":")[2].rstrip("}").lstrip("-")
    assert re.match(r"v?\d+\.\d+", tag), SERVICES[service]["image"]


def test_the_base_images_are_pinned_too() -> None:
    images = re.findall(r"^FROM (\S+)", (DOCKER / "reos.Dockerfile").read_text(), flags=re.MULTILINE)
    assert len(images) == 2
    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in images)


@pytest.mark.parametrize("service", sorted(EXPECTED))
def test_every_variable_of_ours_is_a_setting(service: str) -> None:
    known = {f"REOS_{name.upper()}" for name in Settings.model_fields}
    known |= {f"REOS_API_{name.upper()}" for name in ApiSettings.model_fields} | {"REOS_API_HOST", "REOS_PORT_API"}
    assert {name for name in environment(service) if name.startswith("REOS_")} <= known


@pytest.mark.parametrize("service", sorted(EXPECTED))
def test_each_process_gets_its_own_roles_and_no_others(service: str) -> None:
    urls = {name for name in environment(service) if re.fullmatch(r"REOS_DB_\w+_URL", name)}
    assert {name[len("REOS_DB_") : -len("_URL")].lower() for name in urls} == ROLES.get(service, set())


def test_only_the_api_holds_the_token_keys() -> None:
    assert [name for name in SERVICES if "REOS_JWT_KEYS" in environment(name)] == ["api"]


def test_secrets_come_from_the_environment_and_are_listed_without_a_value() -> None:
    text = (PROJECT_ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{(\w+):?[?-]?", text)) - {"REOS_VERSION"}
    listed = dict(
        line.split("=", 1) for line in (DOCKER / ".env.example").read_text().splitlines() if re.match(r"\w+=", line)
    )
    assert asked == set(listed)
    assert {name for name, value in listed.items() if value} == {"REOS_HTTP_PORT"}
    for password in re.findall(r"://[^:@/\s]*:([^@/\s]+)@", text):
        assert password.startswith("${"), password


def test_only_nginx_is_reachable_from_outside() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert {name for name, ports in published.items() if not all(port.startswith("127.0.0.1:") for port in ports)} == {
        "nginx"
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_ports_agree_between_the_files() -> None:
    nginx = (DOCKER / "nginx/nginx.conf").read_text()
    assert f"http://api:{environment('api')['REOS_PORT_API']}" in nginx
    (listen,) = re.findall(r"listen (\d+);", nginx)
    assert SERVICES["nginx"]["ports"][0].endswith(f":{listen}")
    commands = " ".join(SERVICES["statsd-exporter"]["command"])
    assert f"listen-udp=:{environment('airflow-scheduler')['AIRFLOW__METRICS__STATSD_PORT']}" in commands
    targets = [each["targets"] for job in prometheus()["scrape_configs"] for each in job["static_configs"]]
    assert ["api:8000"] in targets
    (exporter,) = re.findall(r"web.listen-address=:(\d+)", commands)
    assert [f"statsd-exporter:{exporter}"] in targets


def test_what_is_mounted_or_run_exists() -> None:
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [volume.split(":")[0] for volume in mounted if volume.startswith("./")]
    run = [word for service in SERVICES.values() for word in service.get("command", []) if word.startswith("docker/")]
    assert len(files) >= 5
    assert [path for path in [*files, *run] if not (PROJECT_ROOT / path).exists()] == []
    named = {volume.split(":")[0] for volume in mounted if not volume.startswith("./")}
    assert named <= set(COMPOSE["volumes"])
    ast.parse((DOCKER / "healthy.py").read_text())


def test_nginx_does_not_buffer_streams_and_hides_the_metrics() -> None:
    text = (DOCKER / "nginx/nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    streams = [path for path in api_paths() if path.endswith("/stream")]
    (pattern,) = re.findall(r"location ~ (\S+) \{\s+proxy_buffering off", text)
    assert len(streams) >= 2
    assert [path for path in streams if not re.match(pattern, path)] == []
    assert "location = /metrics { return 404; }" in text


def api_paths() -> list[str]:
    return list(json.loads((PROJECT_ROOT / "serving/openapi.json").read_text())["paths"])


def prometheus() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((OBSERVED / "prometheus/prometheus.yml").read_text())
    return found


def metric_names() -> set[str]:
    """Everything that Prometheus will find: the API's metrics, the catalogue's, what statsd is mapped to, and `up`."""
    families = [family for registry in (REGISTRY, ApiMetrics().registry) for family in registry.collect()]
    ours = {family.name + {"counter": "_total"}.get(family.type, "") for family in families}
    mapped = {each["name"] for each in yaml.safe_load((OBSERVED / "statsd.yml").read_text())["mappings"]}
    return ours | mapped | {"up"}


def expressions() -> list[str]:
    alerts = yaml.safe_load((OBSERVED / "prometheus/alerts.yml").read_text())["groups"]
    board = json.loads((OBSERVED / "grafana/dashboards/reos.json").read_text())
    told = [rule["expr"] for group in alerts for rule in group["rules"]]
    return told + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_alerts_and_panels_ask_for_metrics_that_exist() -> None:
    known = metric_names()
    asked = {name for each in expressions() for name in re.findall(r"\b(?:reos|airflow)_[a-z_]+|\bup\b", each)}
    assert len(asked) >= 8
    assert {name for name in asked if name.removesuffix("_bucket") not in known} == set()


def test_every_alert_leads_to_a_runbook() -> None:
    groups = yaml.safe_load((OBSERVED / "prometheus/alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) >= 6
    for rule in rules:
        assert (PROJECT_ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


@pytest.mark.parametrize(
    "path", sorted(OBSERVED.rglob("*.yml")), ids=lambda path: str(Path(path).relative_to(OBSERVED))
)
def test_configuration_of_what_observes_parses(path: Path) -> None:
    assert yaml.safe_load(path.read_text())
