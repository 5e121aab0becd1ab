import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ErrorCode } from '../../domain/errors.ts';
import { SyncError } from '../../domain/errors.ts';
import { parseToken } from '../../domain/secrets/parse-token.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { parseCaBundle } from '../http/ca-bundle.ts';
import { tokenSecret } from './schema.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** How long a token is taken from memory. A token that was rotated is found at once, after a 401. */
const CACHE_MS = 5 * 60 * 1000;

/** The API token in a secret, or what else `what` names: the raw text, or JSON with a field `token`. */
export function createSecretTokenSource(options: {
  readonly secrets: SecretsManagerClient;
  readonly secretName: string;
  readonly clock: Clock;
  readonly what?: string;
}): TokenSource {
  const { secrets, secretName, clock, what } = options;
  const description = `the secret ${secretName}`;
  let cached: { readonly token: string; readonly until: number } | undefined;
  return {
    description,
    async read({ fresh = false } = {}) {
      const now = clock.now().getTime();
      if (!fresh && cached !== undefined && now < cached.until) return cached.token;
      const text = await readSecret(secrets, secretName, 'SecretUnreadable');
      const token = parseToken(tokenTextOf(text, description), `The secret ${secretName}`, what);
      cached = { token, until: now + CACHE_MS };
      return token;
    },
  };
}

/** The PEM certificates in a secret. Throws CaBundleUnreadable, ServiceUnavailable. */
export async function readSecretCaBundle(secrets: SecretsManagerClient, secretName: string): Promise<string> {
  const text = await readSecret(secrets, secretName, 'CaBundleUnreadable');
  return parseCaBundle(text, `secret ${secretName}`);
}

async function readSecret(
  secrets: SecretsManagerClient,
  secretName: string,
  code: Extract<ErrorCode, 'SecretUnreadable' | 'CaBundleUnreadable'>,
): Promise<string> {
  try {
    const { SecretString, SecretBinary } = await secrets.send(
      new GetSecretValueCommand({ SecretId: secretName }),
    );
    return SecretString ?? new TextDecoder().decode(SecretBinary);
  } catch (cause) {
    const error = serviceErrorOf(cause);
    if (isUnanswered(error)) throw serviceUnavailable(`Reading the secret ${secretName}`, cause);
    const why =
      error.name === 'ResourceNotFoundException'
        ? 'does not exist in this region or has no value yet. Put its value in.'
        : `cannot be read (${error.name}). Check the function's role and the secret's key.`;
    throw new SyncError(code, `The secret ${secretName} ${why}`, { cause });
  }
}

function tokenTextOf(text: string, description: string): string {
  if (!text.trimStart().startsWith('{')) return text;
  const parsed = tokenSecret.safeParse(text);
  if (parsed.success) return parsed.data.token;
  throw new SyncError(
    'SecretUnreadable',
    `JSON was found in ${description}, but no text in a field "token". Store the raw token, or {"token": "…"}.`,
  );
}
