import { join } from 'node:path';
import { approveVersion, recallVersions } from '../../application/admission/decisions.ts';
import { syncProviders } from '../../application/sync/sync-providers.ts';
import { evidenceOf } from '../../domain/admission/evidence.ts';
import { parseDuration } from '../../domain/admission/policy.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { parseConstraint } from '../../domain/provider/constraint.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { Invocation } from '../command-spec.ts';
import { type RunSettings, runUseCase } from '../commands/provider-run.ts';
import { systemClock } from '../composition.ts';
import { openLedger } from '../ledger-settings.ts';
import { renderEvidence } from '../render/evidence.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import type { Canvas } from '../render/table.ts';
import { type Meaning, type SceneOutcome, sayWhether } from './scene.ts';
import type { DemoStage } from './stage.ts';

const MIRROR = 'careful';

const HELD: Meaning = {
  asTold:
    'Not a failure: what the ledger has only just seen waits, and clients of this mirror see nothing of it.',
  otherwise: 'The version should have been held.',
};
const ARRIVED: Meaning = {
  asTold: 'Somebody has read it and said so: it is let in early, with every check as before.',
  otherwise: 'The approved version should have been published.',
};
const RECALLED: Meaning = {
  asTold:
    'The index no longer tells clients of it, and the ledger says who let it in, and who called it back.',
  otherwise: 'The recalled version should have been taken out of the mirror’s index.',
};

/** A mirror of its own for the first of the stage's providers, with a policy and a ledger. */
function carefulSettings(stage: DemoStage): RunSettings & { readonly ledgerFile: string } {
  const { config } = stage.settings;
  const [first] = config.providers;
  const week = parseDuration('7d');
  if (first === undefined || !('duration' in week))
    throw new SyncError('InternalError', 'The demo has no provider.');
  const policy = {
    minimumAge: week.duration,
    minimumAgeExempt: [],
    requireApproval: undefined,
    recalled: [],
    allowedHostnames: undefined,
    allowedNamespaces: undefined,
  };
  const path = join(stage.folder, MIRROR);
  const location = { scheme: 'folder', path } as const;
  return {
    ...stage.settings,
    config: { ...config, policy, providers: [{ ...first, policy, destinations: undefined }] },
    destinations: [{ kind: 'network-mirror', name: MIRROR, location }],
    ledgerFile: stage.ledgerFile,
  };
}

/** The three scenes of one version: held, approved and arriving, recalled and leaving. */
export function admissionScenes(invocation: Invocation, stage: DemoStage, canvas: Canvas) {
  const settings = carefulSettings(stage);
  const [entry] = settings.config.providers;
  if (entry === undefined) throw new SyncError('InternalError', 'The demo has no provider.');
  const { address } = entry;
  const name = `${address.namespace}/${address.type}`;
  const sync = () => runUseCase(invocation, settings, syncProviders, { admits: true });
  let version = '';
  const decide = async <R>(use: (ports: Parameters<typeof approveVersion>[0]) => Promise<R>): Promise<R> => {
    const ledger = await openLedger(settings.ledgerFile);
    try {
      return await use({ ledger, clock: systemClock });
    } finally {
      await ledger.close();
    }
  };

  const playHeld = async (): Promise<SceneOutcome> => {
    const result = await sync();
    version = result.providers[0]?.version ?? '';
    const asTold = result.providers.every(({ outcome }) => outcome === 'held') && result.summary.ok;
    return { shown: RUN_RESULT.whole(result, canvas), meaning: sayWhether(asTold, HELD), asTold };
  };

  const playApproved = async (): Promise<SceneOutcome> => {
    const approved = parsedVersion(version);
    await decide((ports) =>
      approveVersion(ports, { address, version: approved, by: 'you', reason: 'read the diff' }),
    );
    const result = await sync();
    const asTold = result.providers.every(({ outcome }) => outcome === 'published');
    return { shown: RUN_RESULT.whole(result, canvas), meaning: sayWhether(asTold, ARRIVED), asTold };
  };

  const playRecalled = async (): Promise<SceneOutcome> => {
    const parsed = parseConstraint(version);
    if (!('constraint' in parsed)) throw new SyncError('InternalError', `"${version}" is no version.`);
    const recall = { address, versions: parsed.constraint, by: 'you', reason: 'it leaks', delete: false };
    await decide((ports) => recallVersions(ports, recall));
    const result = await sync();
    const out = result.providers.flatMap(({ recalled }) => recalled ?? []);
    const entries = await decide(({ ledger }) => ledger.read(formatAddress(address)));
    const evidence = evidenceOf(entries, address, parsedVersion(version));
    const asTold = out.some((each) => each.version === version && each.done);
    return { shown: renderEvidence(evidence, canvas), meaning: sayWhether(asTold, RECALLED), asTold };
  };

  return [
    {
      title: 'Hold what is new',
      command: 'provider-sync sync careful.json     with "policy": { "minimum-age": "7d" }',
      introduction: 'Another mirror takes nothing that has not been known for a week.',
      play: playHeld,
    },
    {
      title: 'Let a version in',
      command: `provider-sync approve ${name} … --reason "read the diff"   and   provider-sync sync careful.json`,
      introduction: 'A person may let one release in earlier.',
      play: playApproved,
    },
    {
      title: 'Call a version back',
      command: `provider-sync recall ${name} … --reason "it leaks"   and   sync, evidence`,
      introduction: 'The same version turns out bad. It is called back, and the ledger tells its story.',
      play: playRecalled,
    },
  ];
}

function parsedVersion(text: string) {
  const version = parseVersion(text);
  if (version === undefined) throw new SyncError('InternalError', `"${text}" is no version.`);
  return version;
}
