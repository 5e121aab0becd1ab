import { describe, expect, it } from 'vitest';
import { requireAllowedHostnames } from '../../../src/domain/config/allowed-hostnames.ts';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';

const provider = (hostname: string) => ({
  hostname,
  namespace: 'acme',
  provider: hostname.replaceAll('.', '-'),
  platforms: [{ os: 'linux', arch: 'amd64' }],
});
const config = parseConfig(JSON.stringify([provider('registry.terraform.io'), provider('evil.example.com')]));

describe('the registries that a config may name', () => {
  it('are all of them when none are said', () => {
    expect(() => requireAllowedHostnames(config, undefined)).not.toThrow();
  });

  it('are those that are said', () => {
    expect(() =>
      requireAllowedHostnames(config, ['registry.terraform.io', 'evil.example.com']),
    ).not.toThrow();
  });

  it('are no others: each entry is told, with what is allowed', () => {
    expect(() => requireAllowedHostnames(config, ['registry.terraform.io'])).toThrow(
      expect.objectContaining({
        code: 'ConfigInvalid',
        message: '$[1].hostname "evil.example.com" is none of the allowed hostnames (registry.terraform.io).',
        problems: [expect.objectContaining({ path: '$[1].hostname' })],
      }),
    );
  });
});
