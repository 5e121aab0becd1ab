import { applyCleanup } from '../../application/cleanup/apply.ts';
import { previewCleanup } from '../../application/cleanup/cleanup-old-versions.ts';
import {
  type CleanupPlan,
  type CleanupPorts,
  type CleanupRequest,
  planCleanup,
} from '../../application/cleanup/plan.ts';
import type { CommandSpec } from '../command-spec.ts';
import { composeDestinations } from '../compose-destinations.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import type { CliIo } from '../io.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { CLEANUP_RESULT } from '../render/cleanup-result.ts';
import { countOf } from '../render/quantities.ts';
import { withRunLedger } from '../run-ledger.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { CLEANUP_OPTIONS, CLEANUP_VARIABLES, readCleanupSettings } from './cleanup-settings.ts';
import { allowsDeletion } from './deletion-question.ts';
import { tellResult } from './provider-run.ts';

const BRAKE_OPTIONS = { maxShare: '--max-share', maxCount: '--max-count' };

export const cleanupCommand: CommandSpec = {
  name: 'cleanup',
  summary: 'delete versions that nobody needs any more from every destination',
  description:
    'Deletes old versions of the config’s providers from its destinations, for good. Keeps what the ' +
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
    const { config, policy, provider, upstream, network } = settings;
    using reporter = createProgressDisplay(io, settings, signal);
    const context = { reporter, signal };
    await using source = composeUpstream({ ...upstream, network }, context);
    await using target = await composeDestinations({ ...settings, environment: io.environment }, context);
    const ports = {
      publicRegistry: source.publicRegistry,
      destinations: target.destinations,
      destinationsNamed: config.destinations !== undefined,
      events: reporter,
      clock: systemClock,
    };

    const request = { config, policy, provider, brakeOptions: BRAKE_OPTIONS, signal };
    const plan = await planCleanup(ports, request);
    if (settings.dryRun) return tellResult(io, settings, previewCleanup(plan), CLEANUP_RESULT);
    const allowed = settings.yes ? plan : await confirm(io, ports, request, plan);
    if ('declined' in allowed) {
      // As of a dry run, which it came to.
      if (settings.json) tellResult(io, settings, previewCleanup(allowed.declined), CLEANUP_RESULT);
      return 0;
    }
    const result = await withRunLedger(settings.ledgerFile, reporter, ({ events }) =>
      applyCleanup({ events }, allowed, signal),
    );
    return tellResult(io, settings, result, CLEANUP_RESULT);
  },
};

/**
 * The plan that may be applied, or the one that the person said no to. Asking takes time, so a plan that was shown is
 * made again afterwards, and shown again where it has become another.
 */
async function confirm(
  io: CliIo,
  ports: CleanupPorts,
  request: CleanupRequest & { readonly signal: AbortSignal },
  plan: CleanupPlan,
): Promise<CleanupPlan | { readonly declined: CleanupPlan }> {
  let shown = plan;
  while (shown.brake === undefined && deletionsOf(shown).length > 0) {
    io.stderr.write(`${CLEANUP_RESULT.whole(previewCleanup(shown), io.stderr)}\n\n`);
    const versions = countOf(deletionsOf(shown).length, 'version');
    if (!(await allowsDeletion({ io, signal: request.signal }, versions))) return { declined: shown };
    const current = await planCleanup(ports, request);
    if (deletionsOf(current).join() === deletionsOf(shown).join()) return current;
    io.stderr.write('\nWhat is there has changed meanwhile. This is the plan now:\n\n');
    shown = current;
  }
  return shown;
}

/** "hcp aws 1.0.0" for every version the plan deletes. */
function deletionsOf(plan: CleanupPlan): readonly string[] {
  return previewCleanup(plan).providers.flatMap(({ destination, provider, toDelete }) =>
    toDelete.map(({ version }) => `${destination ?? ''} ${provider} ${version}`),
  );
}
