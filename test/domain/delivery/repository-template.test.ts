import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOfRepository,
  parseRepositoryTemplate,
  type RepositoryTemplate,
  repositoryOf,
} from '../../../src/domain/delivery/repository-template.ts';

const RANDOM = { hostname: 'registry.opentofu.org', namespace: 'hashicorp', type: 'random' };
const PARTS = '${hostname}/${namespace}/${type}';

function templateOf(text: string): RepositoryTemplate {
  const template = parseRepositoryTemplate(text);
  if ('problem' in template) throw new Error(`${text}: ${template.problem}`);
  return template;
}

describe('a repository template', () => {
  it.each([
    [
      `registry.example.com/tofu/${PARTS}`,
      'registry.example.com',
      'tofu/registry.opentofu.org/hashicorp/random',
    ],
    [`ghcr.io/${PARTS}`, 'ghcr.io', 'registry.opentofu.org/hashicorp/random'],
    [`localhost:5000/${PARTS}`, 'localhost:5000', 'registry.opentofu.org/hashicorp/random'],
    [
      `Registry.Example.com:8443/a.b/${PARTS}`,
      'registry.example.com:8443',
      'a.b/registry.opentofu.org/hashicorp/random',
    ],
    [
      'docker.io/acme/${hostname}_${namespace}_${type}',
      'docker.io',
      'acme/registry.opentofu.org_hashicorp_random',
    ],
    [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/tofu/${type}/of-${namespace}/at/${hostname}',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      'tofu/random/of-hashicorp/at/registry.opentofu.org',
    ],
  ])('%s', (text, host, repository) => {
    const template = templateOf(text);
    expect(template).toMatchObject({ host, plainHttp: false, text: `${host}/${template.path}` });
    expect(repositoryOf(template, RANDOM)).toBe(repository);
    expect(addressOfRepository(template, repository)).toEqual(RANDOM);
  });

  it.each(['127.0.0.1:5000', 'localhost', 'localhost:80', '127.1.2.3'])('takes plain http to %s', (host) => {
    expect(templateOf(`http://${host}/${PARTS}`)).toMatchObject({
      host,
      plainHttp: true,
      text: `${host}/${PARTS}`,
    });
  });

  it.each([
    ['', "registry's host"],
    ['tofu', "registry's host"],
    [`tofu/${PARTS}`, "registry's host"],
    [`/${PARTS}`, "registry's host"],
    ['registry.example.com', "registry's host"],
    [`user:secret@registry.example.com/${PARTS}`, "registry's host"],
    [`https://registry.example.com/${PARTS}`, 'scheme'],
    [`oci://registry.example.com/${PARTS}`, 'scheme'],
    [`http://registry.example.com/${PARTS}`, 'scheme'],
    [`http://127.0.0.1.example.com/${PARTS}`, 'scheme'],
    ['registry.example.com/${namespace}/${type}', 'leaves out ${hostname}'],
    ['registry.example.com/${hostname}/${namespace}', 'leaves out ${type}'],
    [`registry.example.com/\${type}/${PARTS}`, 'more than once'],
    [`registry.example.com/\${version}/${PARTS}`, '${version}'],
    [`registry.example.com/Tofu/${PARTS}`, "repository's name"],
    [`registry.example.com/${PARTS}:latest`, "repository's name"],
    [`registry.example.com/${PARTS}@sha256:00`, "repository's name"],
    [`registry.example.com/${PARTS}/`, "repository's name"],
    [`registry.example.com//${PARTS}`, "repository's name"],
    [`registry.example.com/../${PARTS}`, "repository's name"],
    ['registry.example.com/$hostname/${namespace}/${type}/${hostname}', "repository's name"],
    ['registry.example.com/${hostname}-${namespace}/${type}', 'ends'],
    ['registry.example.com/${hostname}${namespace}/${type}', 'ends'],
  ])('refuses %s, saying what to write', (text, problem) => {
    const mistake = parseRepositoryTemplate(text);
    expect(mistake).toHaveProperty('problem', expect.stringContaining(problem));
    expect(mistake).toHaveProperty('fix', expect.stringMatching(/./));
    expect(JSON.stringify(mistake)).not.toContain('secret');
  });

  it('names no repository for a host with a port, nor one that is too long', () => {
    const template = templateOf(`registry.example.com/${PARTS}`);
    expect(repositoryOf(template, { ...RANDOM, hostname: 'registry.example.com:8443' })).toBeUndefined();
    const long = templateOf(`registry.example.com/${'a'.repeat(200)}/${PARTS}`);
    expect(repositoryOf(long, RANDOM)).toBeUndefined();
  });

  it.each([
    'tofu/registry.opentofu.org/hashicorp',
    'tofu/registry.opentofu.org/hashicorp/random/more',
    'tofu/registry.opentofu.org/hashicorp/terraform-provider-random',
    'tofu/-/hashicorp/random',
    'other/registry.opentofu.org/hashicorp/random',
    'xtofu/registry.opentofu.org/hashicorp/random',
  ])("takes %s for nobody's repository", (name) => {
    expect(addressOfRepository(templateOf(`registry.example.com/tofu/${PARTS}`), name)).toBeUndefined();
  });

  it('gives every provider a repository of its own, from which its address can be told', () => {
    const name = fc
      .stringMatching(/^[a-z0-9]{1,5}(-[a-z0-9]{1,3}){0,2}$/)
      .filter((text) => !text.startsWith('terraform-'));
    const hostname = fc.stringMatching(/^[a-z0-9]{1,5}(-[a-z0-9]{1,3})?(\.[a-z0-9]{1,4}){0,2}$/);
    const path = fc.constantFrom(
      PARTS,
      'a/${hostname}_${namespace}_${type}',
      '${type}/${namespace}/${hostname}',
      'x-${namespace}.a_b.${hostname}/${type}',
    );
    fc.assert(
      fc.property(path, hostname, name, name, (template, host, namespace, type) => {
        const parsed = templateOf(`registry.example.com/${template}`);
        const address = { hostname: host, namespace, type };
        const repository = repositoryOf(parsed, address);
        expect(repository).toBeDefined();
        expect(addressOfRepository(parsed, repository ?? '')).toEqual(address);
      }),
    );
  });
});
