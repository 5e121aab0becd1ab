import { parseHttpAddress } from '../adapters/http/address.ts';
import { createEnvironmentTokenSource, createFileTokenSource } from '../adapters/local/token-sources.ts';
import { createSlackNotifier } from '../adapters/slack/notifier.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Invocation, OptionSpec, VariableSpec } from './command-spec.ts';
import { composeHttp, type RunContext } from './composition.ts';
import type { NetworkSettings } from './settings.ts';
import type { SettingsReader } from './settings-reader.ts';

export const SLACK_OPTION: OptionSpec = {
  flags: '--slack-webhook-file <path>',
  description: 'file that holds the Slack webhook to tell of what is published, missing or failed',
};

const VARIABLE = 'PROVIDER_SYNC_SLACK_WEBHOOK';

export const SLACK_VARIABLES: readonly VariableSpec[] = [
  { name: VARIABLE, description: 'the Slack webhook; it is no option, because process lists show options' },
];

const WHAT = 'webhook’s address';

export interface SlackWebhook {
  readonly source: TokenSource;
  /** Named by the user, so that it may have a private address. */
  readonly host: string;
}

/** The webhook to tell people by; undefined when nobody wants to be told. It is read once, to find mistakes at once. */
export async function readSlackWebhook(
  reader: SettingsReader,
  { io }: Pick<Invocation, 'io'>,
): Promise<SlackWebhook | undefined> {
  const file = reader.option('--slack-webhook-file');
  const warn = (message: string) => io.stderr.write(`Warning: ${message}\n`);
  const source =
    file !== undefined
      ? createFileTokenSource({ path: file.value, warn, what: WHAT })
      : reader.variable(VARIABLE) && createEnvironmentTokenSource(io.environment, VARIABLE, WHAT);
  if (source === undefined) return undefined;
  return await reader.attempt(file?.from ?? VARIABLE, async () => {
    return { source, host: parseHttpAddress(await source.read()).host };
  });
}

/** Who tells people by that webhook. */
export function composeSlack(
  { source, host }: SlackWebhook,
  network: NetworkSettings,
  context: RunContext,
): AsyncDisposable & { readonly notifier: Notifier } {
  const http = composeHttp(host, network, context);
  return {
    notifier: createSlackNotifier({ http: http.client, webhook: source }),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}
