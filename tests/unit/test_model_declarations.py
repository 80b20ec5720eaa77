"""What the YAML of marts and graph marts declares of keys and of personal data agrees with itself."""

import re

import pytest
import yaml

from lakegraph.runtime.project import project_root

MODELS = {
    model["name"]: model
    for layer in ("marts", "graph")
    for file in sorted((project_root() / "models" / layer).rglob("*.yml"))
    for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
}
VIEWS = {
    file.stem
    for file in (project_root() / "models").rglob("*.sql")
    if "materialized='view'" in file.read_text(encoding="utf-8")
}
# lists of findings, and one whose key may be null where there is no order date
WITHOUT_KEY = {"quarantined_records", "validation_results", "seasonal_analysis"}
PERSONAL = re.compile(r"e?mail|phone|(first|last|full)_name|address|birth|raw_record|row_json")


@pytest.mark.parametrize("name", sorted(MODELS.keys() - VIEWS - WITHOUT_KEY))
def test_a_table_has_one_primary_key_which_is_not_null_and_tested_to_be_unique(name):
    columns = MODELS[name]["columns"]
    keys = [[column["name"]] for column in columns if "primary_key" in _constraints(column)]
    keys += [key["columns"] for key in MODELS[name].get("constraints", []) if key["type"] == "primary_key"]
    unique = [[column["name"]] for column in columns if "unique" in column.get("data_tests", [])]
    unique += [test["unique_key"]["arguments"]["columns"] for test in MODELS[name].get("data_tests", [])]

    assert len(keys) == 1
    assert keys[0] in unique
    assert set(keys[0]) <= {column["name"] for column in columns if "not_null" in _constraints(column)}


@pytest.mark.parametrize("name", sorted(VIEWS & MODELS.keys() | WITHOUT_KEY))
def test_views_have_no_keys(name):
    assert "constraints" not in MODELS[name]
    assert not [column for column in MODELS[name]["columns"] if "primary_key" in _constraints(column)]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_sounds_personal_is_declared_so(name):
    columns = {column["name"]: column for column in MODELS[name]["columns"]}

    assert {column for column in columns if PERSONAL.search(column)} <= {
        column for column, said in columns.items() if said.get("config", {}).get("meta", {}).get("personal") is True
    }


def _constraints(column: dict) -> list[str]:
    return [constraint["type"] for constraint in column.get("constraints", [])]
