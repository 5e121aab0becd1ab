import type { ProviderEntry } from '../config/config.ts';
import { sameAddress } from '../provider/address.ts';
import type { HeldProvider } from './listed.ts';
import type { RetentionScope } from './policy.ts';

export interface ScopeInput {
  /** Everything that one destination lists. */
  readonly held: readonly HeldProvider[];
  /** The config's entries that go to that destination. */
  readonly entries: readonly ProviderEntry[];
  readonly scope: RetentionScope;
}

/** A provider that cleanup may touch, with what the config says of it. */
export interface ScopedProvider {
  readonly provider: HeldProvider;
  readonly entries: readonly ProviderEntry[];
}

/**
 * The providers that cleanup may touch at one destination, in alphabetical order: its own and, in scope `config`,
 * only those that the config sends there. A provider under its original address is named by the whole of it; one in
 * a private registry, which keeps none, by its type.
 */
export function providersInScope({ held, entries, scope }: ScopeInput): readonly ScopedProvider[] {
  const own = new Map(held.filter((provider) => provider.own).map((provider) => [provider.name, provider]));
  const scoped = [...own.values()]
    .map((provider) => ({ provider, entries: entries.filter((entry) => isAbout(entry, provider)) }))
    .filter((each) => scope === 'all' || each.entries.length > 0);
  // Stryker disable next-line EqualityOperator: no two of them have one name.
  return scoped.sort((a, b) => (a.provider.name < b.provider.name ? -1 : 1));
}

function isAbout({ address }: ProviderEntry, provider: HeldProvider): boolean {
  if (provider.address !== undefined) return sameAddress(address, provider.address);
  return address.type === provider.type.toLowerCase();
}

/** Whether a person means the provider by `name`: its type, or what the destination calls it. */
export function isCalled({ name, type }: HeldProvider, called: string): boolean {
  return [name, type].some((each) => each.toLowerCase() === called.toLowerCase());
}
