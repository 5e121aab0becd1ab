import { createFileConfigSource } from '../../adapters/local/file-config-source.ts';
import {
  applyCleanup,
  type CleanupPlan,
  type CleanupPorts,
  type CleanupRequest,
  planCleanup,
  previewCleanup,
} from '../../application/cleanup-old-versions.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import { SyncError } from '../../domain/errors.ts';
import type { CommandSpec } from '../command-spec.ts';
import { composeDestination, composeUpstream, systemClock } from '../composition.ts';
import type { CliIo } from '../io.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { CLEANUP_RESULT } from '../render/cleanup-result.ts';
import { countOf } from '../render/quantities.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { CLEANUP_OPTIONS, CLEANUP_VARIABLES, readCleanupSettings } from './cleanup-settings.ts';
import { tellResult } from './provider-run.ts';

export const cleanupCommand: CommandSpec = {
  name: 'cleanup',
  summary: 'delete versions that nobody needs any more from the private registry',
  description:
    'Deletes old versions of the config’s providers from the private registry, for good. Keeps what the ' +
    'config asks for, also as the public registry resolves it, or retains, the newest versions, and whatever ' +
    'it cannot understand. Shows what it would delete and asks first. docs/retention.md has the rules.',
  argument: CONFIG_ARGUMENT,
  options: CLEANUP_OPTIONS,
  variables: CLEANUP_VARIABLES,
  examples: [
    'provider-sync cleanup --dry-run',
    'provider-sync cleanup --keep 5 --keep-majors 2 --min-age 30',
    'provider-sync cleanup --provider aws --yes --json',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readCleanupSettings(invocation);
    if (!settings.dryRun && !settings.yes && io.ask === undefined) throw unconfirmed();
    const config = await readConfig({ configSource: createFileConfigSource(settings.configPath) });
    const { policy, provider, upstream, destination, network } = settings;
    using reporter = createProgressDisplay(io, settings);
    const context = { reporter, signal };
    await using source = composeUpstream({ ...upstream, network }, context);
    await using target = composeDestination({ ...destination, network }, context);
    const { publicRegistry } = source;
    const { privateRegistry } = target;
    const ports = { publicRegistry, privateRegistry, events: reporter, clock: systemClock };

    const request = { config, policy, provider, signal };
    const plan = await planCleanup(ports, request);
    if (settings.dryRun) return tellResult(io, settings, previewCleanup(plan), CLEANUP_RESULT);
    const allowed = settings.yes ? plan : await confirm(io, ports, request, plan);
    const result = await applyCleanup(ports, allowed, signal);
    return tellResult(io, settings, result, CLEANUP_RESULT);
  },
};

/**
 * The plan that may be applied. Asking takes time, so a plan that was shown is made again afterwards, and
 * shown again where it has become another.
 */
async function confirm(
  io: CliIo,
  ports: CleanupPorts,
  request: CleanupRequest & { readonly signal: AbortSignal },
  plan: CleanupPlan,
): Promise<CleanupPlan> {
  let shown = plan;
  while (shown.brake === undefined && deletionsOf(shown).length > 0) {
    io.stderr.write(`${CLEANUP_RESULT.whole(previewCleanup(shown), io.stderr)}\n\n`);
    const versions = countOf(deletionsOf(shown).length, 'version');
    const answer = await io.ask?.(
      `Delete ${versions} for good? Only "yes" is taken for it: `,
      request.signal,
    );
    if (answer?.trim() !== 'yes') throw declined();
    const current = await planCleanup(ports, request);
    if (deletionsOf(current).join() === deletionsOf(shown).join()) return current;
    io.stderr.write('\nThe private registry has changed meanwhile. This is the plan now:\n\n');
    shown = current;
  }
  return shown;
}

/** "aws 1.0.0" for every version the plan deletes. */
function deletionsOf(plan: CleanupPlan): readonly string[] {
  return previewCleanup(plan).providers.flatMap(({ provider, toDelete }) =>
    toDelete.map(({ version }) => `${provider} ${version}`),
  );
}

function unconfirmed(): SyncError {
  return new SyncError(
    'ConfirmationRequired',
    'Cleanup deletes for good, and here is no terminal to ask on. Look at --dry-run, then give --yes.',
  );
}

function declined(): SyncError {
  return new SyncError('ConfirmationRequired', 'Nothing was deleted: the answer was not "yes".');
}
