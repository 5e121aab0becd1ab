"""Reads a list of parameter sets from stdin and prints template.yaml as SAM transforms it for each of them."""

import json
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


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


def transformed(text, parameters):
    template = package(yaml_parse(text))
    defaults = {
        name: parameter["Default"] for name, parameter in template["Parameters"].items() if "Default" in parameter
    }
    return transform(template, {**defaults, **parameters}, NoManagedPolicies())


with open(sys.argv[1], encoding="utf-8") as file:
    source = file.read()
json.dump([transformed(source, parameters) for parameters in json.load(sys.stdin)], sys.stdout)
