"""Reads a list of parameter sets from stdin and prints template.yaml as SAM transforms it for each of them."""

import copy
import functools
import json
import sys

import yaml

# The same loader in C, before SAM teaches it the tags of CloudFormation: it reads a template in a tenth of the time.
yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

from samtranslator.translator import translator
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# SAM reads its own policy templates, and checks them against their schema, for every template: once is enough.
translator.make_policy_template_for_function_plugin = functools.cache(
    translator.make_policy_template_for_function_plugin
)


class NoManagedPolicies:
    """The template names no managed policy; SAM asks for the list all the same."""

    def load(self):
        return {}


def package(template):
    """What `sam package` does: local folders become objects in a bucket."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties["DefinitionUri"] = {"Bucket": "packages", "Key": "definition"}
        if resource["Type"] == "AWS::CloudFormation::Stack":
            properties["TemplateURL"] = "https://packages.s3.amazonaws.com/" + properties["TemplateURL"]
    if "Globals" in template:
        template["Globals"]["Function"]["CodeUri"] = {"Bucket": "packages", "Key": "code"}
    return template


def transformed(template, parameters):
    defaults = {
        name: parameter["Default"] for name, parameter in template["Parameters"].items() if "Default" in parameter
    }
    # SAM changes what it is given.
    return transform(copy.deepcopy(template), {**defaults, **parameters}, NoManagedPolicies())


with open(sys.argv[1], encoding="utf-8") as file:
    source = package(yaml_parse(file.read()))
# In one go: json.dump writes piece by piece, in Python.
sys.stdout.write(json.dumps([transformed(source, parameters) for parameters in json.load(sys.stdin)]))
