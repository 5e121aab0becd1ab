import { describe, expect, it } from 'vitest';
import type { CleanupProviderResult } from '../../../src/application/cleanup/results.ts';
import type { LockedProvider } from '../../../src/application/lock/lock-providers.ts';
import type { VerifyProviderResult } from '../../../src/application/verify/results.ts';
import { CLEANUP_RESULT } from '../../../src/cli/render/cleanup-result.ts';
import { renderDeployments, renderKinds } from '../../../src/cli/render/deployment.ts';
import { renderHistory } from '../../../src/cli/render/ledger.ts';
import { LOCK_REPORT } from '../../../src/cli/render/lock-result.ts';
import { VERIFY_RESULT } from '../../../src/cli/render/verify-result.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/entry.ts';

const ADDRESS = 'registry.some-long-company-name.example.com/hashicorp/very-long-provider-name';
const VERSION = '11.222.333-beta20260101';
const KEY_ID = '34365D9472D7468F';
const DESTINATION = 'a-mirror-with-quite-a-long-name';
const DETAIL = 'it is one of the 10 newest versions that the registry has of the provider';

function verify(named: boolean, columns: number): string {
  const own = {
    outcome: 'verified',
    platforms: [{ os: 'linux', arch: 'amd64', outcome: 'verified', sha256: 'ab' }],
    differences: [],
  } as const;
  const provider: VerifyProviderResult = {
    ...own,
    address: ADDRESS,
    requested: '>= 5.80.0, < 6.0.0, != 5.90.0',
    version: VERSION,
    signedBy: KEY_ID,
    checks: [],
    remarks: [],
    ...(named && { destinations: [{ ...own, name: DESTINATION, kind: 'network-mirror' }] }),
  };
  const summary = { total: 1, verified: 1, differing: 0, failed: 0, stopped: 0, bytes: 0, durationMs: 5 };
  return VERIFY_RESULT.whole(
    { providers: [provider], summary: { ...summary, ok: true } },
    { columns, color: false },
  );
}

function cleanup(named: boolean, columns: number): string {
  const provider: CleanupProviderResult = {
    provider: ADDRESS,
    ...(named && { destination: DESTINATION }),
    kept: [],
    toDelete: [{ version: VERSION, detail: DETAIL, reason: 'beyond-newest-stable' }],
    deleted: [],
    failed: [],
  };
  return CLEANUP_RESULT.whole(
    {
      dryRun: true,
      providersChecked: 1,
      versionsDeleted: 0,
      versionsToDelete: 1,
      providers: [provider],
      ...(named && { destinations: [] }),
      ok: true,
    },
    { columns, color: false },
  );
}

function lock(_named: boolean, columns: number): string {
  const provider: LockedProvider = {
    address: ADDRESS,
    version: VERSION,
    outcome: 'up-to-date',
    sources: [DESTINATION, `${DESTINATION}-2`],
    platforms: ['linux_amd64', 'linux_arm64', 'darwin_arm64'],
    remarks: [],
  };
  return LOCK_REPORT.whole(
    { providers: [provider], summary: { total: 1, ok: true }, file: '.terraform.lock.hcl', written: true },
    { columns, color: false },
  );
}

function history(_named: boolean, columns: number): string {
  const entry: LedgerEntry = {
    stream: ADDRESS,
    seq: 1_234_567,
    previous: '0'.repeat(64),
    hash: '1'.repeat(64),
    event: {
      specversion: '1.0',
      id: 'an-id',
      source: '/provider-sync',
      type: 'io.github.terraform-provider-synchronizer.version.deletion-failed.v1',
      subject: ADDRESS,
      received: '2026-11-01T12:34:56.789Z',
      data: { version: VERSION, destination: DESTINATION, code: 'DestinationUnavailable', message: DETAIL },
    },
  };
  return renderHistory([entry], { columns, color: false });
}

const LONG_NAME = 'a-service-with-a-database-and-a-queue-of-its-own';

function deployments(_named: boolean, columns: number): string {
  return renderDeployments(
    [
      {
        id: `${LONG_NAME}-of-staging`,
        kind: LONG_NAME,
        status: 'PENDING_DESTROY',
        state: undefined,
        updatedAt: '2026-11-01T12:34:56.789Z',
        run: undefined,
      },
    ],
    { columns, color: false },
  );
}

function kinds(_named: boolean, columns: number): string {
  const limits = { minutes: 120, costClass: 'low', role: 'runner' } as const;
  return renderKinds([{ name: LONG_NAME, version: VERSION, limits, lock: undefined, description: DETAIL }], {
    columns,
    color: false,
  });
}

const ALL = { verify, cleanup, lock, history, deployments, kinds };
const CASES = Object.entries(ALL).flatMap(([name, render]) =>
  [60, 70, 80, 120].flatMap((columns) =>
    [false, true].map((named) => [name, columns, named ? 'named destinations' : 'one', render] as const),
  ),
);

/** Every character but blanks and commas, in whichever order: what stands in a column may move below its row. */
const characters = (text: string) =>
  text
    .toLowerCase()
    .match(/[^\s,]/g)
    ?.toSorted()
    .join('');

describe('the longest that there is to say', () => {
  it.each(CASES)('%s fits %d columns (%s) and loses nothing', (_name, columns, which, render) => {
    const named = which !== 'one';
    const text = render(named, columns);
    expect(text.split('\n').filter((line) => line.length > columns)).toEqual([]);
    expect(characters(text)).toBe(characters(render(named, 1000)));
  });
});
