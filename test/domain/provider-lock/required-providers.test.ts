import { describe, expect, it } from 'vitest';
import { readModuleSources } from '../../../src/domain/provider-lock/required-providers.ts';

describe('the sources in a module', () => {
  it('are those of required_providers and of modules beside it', () => {
    const text = `
# required_providers { x = { source = "commented/out" } }
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws" // "not/this"
      version = "~> 5.0"
      configuration_aliases = [aws.a]
    }
    own = { source = "app.terraform.io/org/own", version = "1.0.0" }
  }
}
/* module "gone" { source = "./gone" } */
module "network" {
  source = "./modules/network"
  tags   = { source = "inner/tag" }
}
module "elsewhere" { source = "terraform-aws-modules/vpc/aws" }
resource "x" "y" { source = "no/provider" }
`;
    expect(readModuleSources(text)).toEqual({
      providers: ['hashicorp/aws', 'app.terraform.io/org/own'],
      localModules: ['./modules/network'],
    });
  });

  it.each(['', 'required_providers {', 'module "x" { source = "', '"unclosed'])(
    'of what is no whole module are none: %o',
    (text) => {
      expect(readModuleSources(text)).toEqual({ providers: [], localModules: [] });
    },
  );
});
