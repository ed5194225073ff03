"""Dashboard and alert rules name metrics that exist, and the guide explains them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from notifications.delivery.maintenance import sweep
from notifications.models import Backend
from project.observability import metrics
from project.observability.delivery_metrics import DELIVERIES, DeliveryCollector

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "project" / "deploy"
GUIDE = (ROOT / "docs" / "guides" / "operations.md").read_text()
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
QUERIES = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
DOCUMENTED = set(re.findall(r"^\| `(\w+)(?:\{\w+(?:,\w+)*\})?` \| \w+ \|", GUIDE, re.MULTILINE))


@pytest.fixture
def samples(db: None) -> dict[str, set[str]]:
    """Return the labels of all samples of all metrics, by name."""
    Backend.objects.create(name="email")
    sweep()
    metrics.REQUESTS.labels("GET", "other", "404")
    metrics.SECONDS.labels("other")
    metrics.OPERATIONS.labels("inbox", "OK")
    metrics.OPERATION_SECONDS.labels("inbox")
    DELIVERIES.clear()
    text = generate_latest(REGISTRY).decode()
    DELIVERIES.clear()
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(query: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the metrics of a query, and the labels that it selects them by."""
    for name, selector in re.findall(r"\b((?:notifications|http|graphql)_\w+)(\{[^}]*\})?", query):
        yield name, set(re.findall(r"(\w+)[=!]", selector))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_names_metrics_and_labels_that_exist(
    samples: dict[str, set[str]], query: str
) -> None:
    found = list(named(query))
    assert found
    for name, labels in found:
        assert labels <= samples[name], name
    by = {label for listed in re.findall(r"by \(([\w, ]+)\)", query) for label in words(listed)}
    assert by <= set[str]().union(*(samples[name] for name, _ in found))


@pytest.mark.parametrize("query", QUERIES)
def test_parentheses_of_a_query_are_balanced(query: str) -> None:
    depth = 0
    for character in query:
        depth += {"(": 1, ")": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_complete_and_explained(rule: dict[str, Any]) -> None:
    assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "0m"))
    assert f"| `{rule['alert']}` |" in GUIDE
    labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert all(label in rule["expr"] for label in labels)


def test_the_guide_explains_every_metric_and_no_other(samples: dict[str, set[str]]) -> None:
    ours = {name for name in samples if name.startswith(("notification", "http", "graphql"))}
    suffixes = re.compile(r"_(bucket|sum|count|created)$")
    assert {suffixes.sub("", name) for name in ours if not name.endswith("_created")} == DOCUMENTED


def test_the_guide_explains_every_alert_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(Notifications\w+)` \|", GUIDE, re.MULTILINE))
    assert documented == {rule["alert"] for rule in RULES}


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    covered = [
        (column, row)
        for panel in DASHBOARD["panels"]
        for position in [panel["gridPos"]]
        for column in range(position["x"], position["x"] + position["w"])
        for row in range(position["y"], position["y"] + position["h"])
    ]
    assert len(covered) == len(set(covered))
    assert {column for column, _ in covered} == set(range(24))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_a_collector_can_be_registered_without_a_database() -> None:
    CollectorRegistry(auto_describe=True).register(DeliveryCollector())
