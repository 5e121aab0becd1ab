import { describe, expect, it } from 'vitest';
import { toPluginProtocols } from '../../../src/domain/provider/protocols.ts';
import { sharedJsonLines, sharedVectors } from '../../support/shared-vectors.ts';

describe('toPluginProtocols', () => {
  it.each([
    [['5.0'], ['5.0']],
    [['4.0'], ['4.0']],
    [['5.1'], ['5.0']],
    [['6.2'], ['6.0']],
    [['5'], ['5.0']],
    [['5.0.1'], ['5.0']],
    [
      ['6.0', '5.0', '5.1', '4.0'],
      ['4.0', '5.0', '6.0'],
    ],
    [['1.0', '5.0', '7.0'], ['5.0']],
    [['five', '6.0'], ['6.0']],
  ])('takes %j as %j', (protocols, accepted) => {
    expect(toPluginProtocols(protocols)).toEqual(accepted);
  });

  it.each([
    [['1.0'], 'speaks the plugin protocol "1.0"'],
    [['1.0.0'], 'speaks the plugin protocol "1.0.0"'],
    [['7.0', '50.0'], 'speaks the plugin protocol "7.0", "50.0"'],
    [['5.x'], 'speaks the plugin protocol "5.x"'],
    [[], 'names no plugin protocol'],
  ])('refuses %j and says what the release %s', (protocols, message) => {
    expect(() => toPluginProtocols(protocols)).toThrow(
      expect.objectContaining({ code: 'ProtocolsUnsupported', message: expect.stringContaining(message) }),
    );
  });

  it.skipIf(!sharedVectors('registry'))('takes every real odd release but those of protocol 1', () => {
    const packages = sharedJsonLines<{ protocols: string[] }>('registry', 'odd_packages.jsonl');
    const refused = packages.filter(({ protocols }) => {
      try {
        return toPluginProtocols(protocols).length === 0;
      } catch {
        return true;
      }
    });
    expect(refused.map(({ protocols }) => protocols)).toEqual([['1.0'], ['1.0.0']]);
  });
});
