import type { DescribedProvider, ProviderSummary } from './describe-provider.ts';
import type { BottleRow, CatalogueDestination, Overview, ProviderRow, Signer } from './form/overview.ts';
import { CATALOGUE_FORMAT, type Made } from './form/pointer.ts';

/** Where a provider's own file lies. */
export interface DetailPlace {
  readonly detail: string;
  readonly detailSha256: string;
}

export interface OverviewParts {
  readonly made: Made;
  readonly destinations: readonly CatalogueDestination[];
  readonly providers: readonly {
    readonly summary: DescribedProvider['summary'];
    readonly place: DetailPlace;
  }[];
  readonly bottles: readonly BottleRow[];
  readonly missing: readonly string[];
}

/** The overview: one row a provider, by address, with platforms and signers pooled. */
export function overviewOf({ made, destinations, providers, bottles, missing }: OverviewParts): Overview {
  const sorted = providers.toSorted((a, b) => (a.summary.address < b.summary.address ? -1 : 1));
  const platforms = [...new Set(sorted.flatMap(({ summary }) => summary.platforms))].toSorted();
  const signers = new Map<string, Signer>();
  for (const { summary } of sorted) {
    const { signer } = summary;
    // Of two that tell of one key, the one that knows its owner.
    if (signer !== null && (signers.get(signer.keyId)?.userIds.length ?? 0) === 0) {
      signers.set(signer.keyId, signer);
    }
  }
  const keyIds = [...signers.keys()];
  const row = (summary: ProviderSummary, place: DetailPlace): ProviderRow => {
    const { behindSince: _, ...own } = summary;
    return {
      ...own,
      ...place,
      platforms: own.platforms.map((platform) => platforms.indexOf(platform)),
      signer: own.signer === null ? null : keyIds.indexOf(own.signer.keyId),
    };
  };
  return {
    format: CATALOGUE_FORMAT,
    made,
    destinations,
    platforms,
    signers: [...signers.values()],
    providers: sorted.map(({ summary, place }) => row(summary, place)),
    bottles,
    missing,
  };
}
