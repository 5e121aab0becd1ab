import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderMirrorStore } from '../../adapters/folder/mirror-store.ts';
import type { BottlePorts } from '../../application/bottles/ports.ts';
import { listSnapshots, rollbackBottles } from '../../application/bottles/snapshots.ts';
import { syncBottles } from '../../application/bottles/sync.ts';
import { verifyBottles } from '../../application/bottles/verify.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { sampleDays } from '../../embedded/homebrew/sample-days.ts';
import { startHomebrewUpstream } from '../../embedded/homebrew/server.ts';
import { makeSampleKey } from '../../embedded/homebrew/world.ts';
import type { CommandSpec } from '../command-spec.ts';
import { composeHomebrew } from '../composition.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { clientLines } from '../render/bottles-clients.ts';
import { BOTTLES_RESULT } from '../render/bottles-result.ts';
import { paint } from '../render/style.ts';
import { createSettingsReader } from '../settings-reader.ts';

const DAY_MS = 86_400_000;

export const demoBottlesCommand: CommandSpec = {
  name: 'demo',
  summary: 'see two days of a mirror of bottles on this machine',
  description:
    'Starts a tiny Homebrew of its own on this machine, signed by a key made for the occasion, and mirrors it into a ' +
    'folder: a first day, an upgrade, and a rollback. Needs no account and no network.',
  options: [{ flags: '--keep', description: 'keep the folder with the mirror' }],
  variables: [],
  examples: ['provider-sync bottles demo', 'provider-sync bottles demo --keep'],
  async run(invocation) {
    const { io, signal } = invocation;
    const reader = createSettingsReader(invocation);
    const keep = reader.requireSound(reader.switchedOn('--keep'));
    const say = (text: string): void => io.stdout.write(`${text}\n`);
    const folder = await mkdtemp(join(tmpdir(), 'provider-sync-bottles-'));
    const key = makeSampleKey();
    const start = Date.now() - DAY_MS;
    const [first, second] = await sampleDays(key, Math.floor(start / 1000));
    let world = first;
    let now = start;
    const upstream = await startHomebrewUpstream({ world: () => world });
    using reporter = createProgressDisplay(io, { quiet: true });
    const network = { caBundle: undefined, httpsProxy: undefined, noProxy: undefined, allowedHosts: [] };
    const settings = { api: upstream.apiUrl, registry: upstream.url, keys: [key.publicKey], network };
    await using homebrew = composeHomebrew(settings, { reporter, signal });
    const store = createFolderMirrorStore(folder);
    const clock = { now: () => new Date(now), monotonic: () => performance.now() };
    const ports: BottlePorts = { ...homebrew, store, events: reporter, clock };
    const title = (text: string): void => say(paint(`\n${text}`, 'strong', io.stdout.color));
    const sync = async (): Promise<boolean> => {
      const result = await syncBottles(ports, ENTRY, { signal });
      say(BOTTLES_RESULT.whole(result, io.stdout));
      return result.outcome === 'published';
    };
    try {
      say(
        `A tiny Homebrew runs at ${upstream.url}: its API is signed, its bottles want a token and redirect.`,
      );
      title('1. The first day: bottles sync');
      let asTold = await sync();
      title('2. hello is upgraded upstream, and a day later: bottles sync');
      world = second;
      now += DAY_MS;
      asTold = (await sync()) && asTold;
      title('3. The upgrade was no good: bottles rollback');
      const { snapshots } = await listSnapshots(store);
      const back = await rollbackBottles(ports, snapshots.at(-1)?.name ?? '');
      say(
        `Clients see ${back.to} again, after ${back.from}. The newer snapshot stays, and waits for a still newer one.`,
      );
      title('4. Is every day still whole? bottles verify --snapshot all');
      const verified = await verifyBottles(ports, { which: 'all', signal });
      say(
        verified.ok
          ? 'Every bottle of both days is there, byte for byte, and both APIs are signed.'
          : 'Something is missing.',
      );
      title('What a client of such a mirror sets:');
      say(clientLines({ scheme: 'folder', path: folder }, undefined).join('\n'));
      if (keep) say(`\nKept: ${folder}`);
      return asTold && verified.ok ? 0 : 1;
    } finally {
      await upstream.close();
      if (!keep) await rm(folder, { recursive: true, force: true });
    }
  },
};

const ENTRY: BottlesEntry = {
  path: '$.bottles',
  formulae: ['hello'],
  dependencies: true,
  tags: ['arm64_tahoe', 'x86_64_linux'],
  destination: { scheme: 'folder', path: '' },
  apiGenerations: ['internal', 'formula'],
  keepSnapshots: 30,
  sizeThresholdBytes: 1e9,
  minimumAge: undefined,
  allowMissing: [],
  recalled: [],
};
