"""The contract of every file in workers/models."""

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

import workers.models
from backend import plugins
from settings import ROOT

FAMILIES = plugins.collect(workers.models, "FAMILY")


@pytest.mark.parametrize("name", FAMILIES)
def test_every_preset_is_a_choice_of_options(name):
    family = FAMILIES[name]
    there_is_a_choice = bool(family.options.model_fields)
    titles = ["Quick check", "Balanced", "Thorough"] if there_is_a_choice else ["Quick check"]
    assert list(family.presets) == titles
    for preset in family.presets.values():
        family.options.model_validate(preset.options)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_option_explains_itself(name):
    schema = json.loads(json.dumps(FAMILIES[name].options.model_json_schema()))
    for told in schema.get("properties", {}).values():
        assert told["title"]
        assert told["description"]
        assert "default" in told


@pytest.mark.parametrize("name", FAMILIES)
def test_an_unknown_option_is_refused(name):
    with pytest.raises(ValidationError, match="surprise"):
        FAMILIES[name].options.model_validate({"surprise": 1})


def test_offering_families_needs_nothing_heavy():
    code = (
        "import sys, workers.models; from backend import plugins;"
        "plugins.collect(workers.models, 'FAMILY');"
        "heavy = {'torch', 'transformers', 'datasets', 'lightgbm', 'optuna'};"
        "came = heavy & set(sys.modules); assert not came, came"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
