import type { SyncConfig } from '../config/config.ts';
import { SyncError } from '../errors.ts';
import type { ListedProvider } from './listed.ts';
import type { RetentionScope } from './policy.ts';

export interface ScopeInput {
  /** The whole listing of the organization's registry. */
  readonly listed: readonly ListedProvider[];
  readonly organization: string;
  readonly config: SyncConfig;
  readonly scope: RetentionScope;
  /** Only this provider, when given. */
  readonly only?: string | undefined;
}

/**
 * The names of the providers that cleanup may touch, in alphabetical order: private ones of the
 * organization itself and, in scope `config`, only those the config names.
 * Throws ProviderNotFound when `only` is not among them.
 */
export function providersInScope(input: ScopeInput): readonly string[] {
  const organization = input.organization.toLowerCase();
  const own = input.listed.filter(
    (entry) => entry.registryName === 'private' && entry.namespace.toLowerCase() === organization,
  );
  const named = new Set(input.config.providers.map(({ address }) => address.type));
  const names = new Set(own.map((entry) => entry.name));
  const inScope = [...names].filter((name) => input.scope === 'all' || named.has(name.toLowerCase())).sort();
  const only = input.only?.toLowerCase();
  if (only === undefined) return inScope;
  const chosen = inScope.filter((name) => name.toLowerCase() === only);
  if (chosen.length > 0) return chosen;
  throw outOfScope(
    input,
    own.some((entry) => entry.name.toLowerCase() === only),
  );
}

function outOfScope({ only, organization }: ScopeInput, present: boolean): SyncError {
  return new SyncError(
    'ProviderNotFound',
    present
      ? `The config does not name the provider "${only}", so cleanup leaves it alone. Add it to the config, or set the scope to all.`
      : `The organization "${organization}" has no private provider "${only}". Check the name: it is the provider's type alone, such as aws.`,
  );
}
