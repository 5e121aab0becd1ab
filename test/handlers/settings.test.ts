import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/handlers/environment.ts';
import { readAllowedHostnames, readProxy } from '../../src/handlers/settings.ts';

describe('the settings of the network', () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: ' ' }, undefined],
    [{ NO_PROXY: '.example.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128' }, { httpsProxy: 'http://proxy:3128' }],
    [
      { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example.com' },
      { httpsProxy: 'http://proxy:3128', noProxy: '.example.com' },
    ],
  ])('%j is the proxy %j', (environment, expected) => {
    expect(readSettings(environment, readProxy)).toEqual(expected);
  });

  it.each([
    [{}, undefined],
    [{ ALLOWED_HOSTNAMES: 'registry.terraform.io' }, ['registry.terraform.io']],
    [{ ALLOWED_HOSTNAMES: 'Registry.Terraform.io,a.example' }, ['registry.terraform.io', 'a.example']],
  ])('%j allows the registries %j', (environment, expected) => {
    expect(readSettings(environment, readAllowedHostnames)).toEqual(expected);
  });

  it('names a registry that is no hostname', () => {
    expect(() => readSettings({ ALLOWED_HOSTNAMES: 'https://a' }, readAllowedHostnames)).toThrow(
      expect.objectContaining({
        code: 'SettingsInvalid',
        message: expect.stringContaining('ALLOWED_HOSTNAMES'),
      }),
    );
  });
});
