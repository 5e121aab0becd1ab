import { describe, expect, it } from 'vitest';
import { keepUnknownOrigins, signersInQuestion } from '../../../src/domain/retention/origin.ts';
import { keep, type RetentionDecision, remove } from '../../../src/domain/retention/reasons.ts';
import { listed } from './listings.ts';

const KNOWN = 'AAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBB';
const ADDRESS = 'registry.terraform.io/hashicorp/random';

const doomed = (version: string): RetentionDecision => ({
  version,
  ...remove('beyond-newest-stable', 'old'),
});
const kept = (version: string): RetentionDecision => ({ version, ...keep('newest-stable', 'new') });

describe('the signers in question', () => {
  it('are those of versions to be deleted, each once', () => {
    const versions = [
      listed('4.0.0', { keyId: OTHER }),
      listed('3.0.0', { keyId: KNOWN }),
      listed('2.0.0', { keyId: OTHER }),
      listed('1.0.0', { keyId: KNOWN }),
      listed('0.9.0'),
      listed('0.8.0', { keyId: '' }),
    ];
    const decisions = [kept('4.0.0'), ...['3.0.0', '2.0.0', '1.0.0', '0.9.0', '0.8.0'].map(doomed)];
    expect(signersInQuestion(decisions, versions)).toEqual([
      { keyId: KNOWN, versions: ['3.0.0', '1.0.0'] },
      { keyId: OTHER, versions: ['2.0.0'] },
      { keyId: undefined, versions: ['0.9.0', '0.8.0'] },
    ]);
  });

  it('are none when nothing is to be deleted', () => {
    expect(signersInQuestion([kept('1.0.0')], [listed('1.0.0', { keyId: OTHER })])).toEqual([]);
  });
});

describe('a version to be deleted', () => {
  const versions = [
    listed('3.0.0', { keyId: OTHER }),
    listed('2.0.0', { keyId: KNOWN }),
    listed('1.0', { keyId: KNOWN }),
    listed('1.0.0', { keyId: OTHER }),
    listed('0.9.0'),
    listed('nightly', { keyId: OTHER }),
  ];
  const unreadable = { version: 'nightly', ...keep('unreadable', 'no version') };
  const decisions = [kept('3.0.0'), ...['2.0.0', '1.0', '1.0.0', '0.9.0'].map(doomed), unreadable];
  const decided = keepUnknownOrigins(decisions, versions, new Set([KNOWN]), ADDRESS);
  const of = (version: string) => decided.find((each) => each.version === version);

  it('goes when the public registry lists its key', () => {
    expect(of('2.0.0')).toEqual(doomed('2.0.0'));
  });

  it('stays when it does not, and says why', () => {
    expect(of('1.0.0')).toEqual({
      version: '1.0.0',
      action: 'keep',
      reason: 'origin-unknown',
      detail: `nothing shows that it came from ${ADDRESS}: its signing key ${OTHER} is none that the public registry lists for it`,
    });
  });

  it('stays when it names no key', () => {
    expect(of('0.9.0')).toMatchObject({
      reason: 'origin-unknown',
      detail: `nothing shows that it came from ${ADDRESS}: it names no signing key`,
    });
  });

  it('stays beside a text that means the same version', () => {
    // Its own key is listed.
    expect(of('1.0')).toMatchObject({
      reason: 'origin-unknown',
      detail: `another text means the same version, and nothing shows that that one came from ${ADDRESS}`,
    });
  });

  it('changes nothing about what is kept anyway', () => {
    expect(of('3.0.0')).toEqual(kept('3.0.0'));
    expect(of('nightly')).toEqual(unreadable);
    expect(decided.map(({ version }) => version)).toEqual(decisions.map(({ version }) => version));
  });
});
