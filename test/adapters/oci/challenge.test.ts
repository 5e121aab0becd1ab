import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../src/adapters/oci/challenge.ts';

describe('a WWW-Authenticate header', () => {
  it.each([
    [
      'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.example.com/token',
            service: 'registry.example.com',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    ['Basic realm="Registry Realm"', [{ scheme: 'basic', parameters: { realm: 'Registry Realm' } }]],
    ['BASIC Realm=plain', [{ scheme: 'basic', parameters: { realm: 'plain' } }]],
    [
      'Negotiate, Basic realm="a, b=\\"c\\"", Bearer realm="https://x"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'a, b="c"' } },
        { scheme: 'bearer', parameters: { realm: 'https://x' } },
      ],
    ],
    ['', []],
    ['realm="x"', []],
    ['"', []],
  ])('%s', (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });
});
