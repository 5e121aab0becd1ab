import type { AdmissionPolicy } from '../admission/policy.ts';
import type { AdmissionRecord } from '../admission/record.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { ProviderAddress } from '../provider/address.ts';
import type { RequestedVersion } from '../provider/requested-version.ts';
import type { HeldVersion } from './held.ts';

/** Everything that is known of one provider, from wherever. */
export interface ProviderFacts {
  /** As it is shown: the original address; that of the private registry where nobody knows another. */
  readonly address: string;
  /** Undefined where only a private registry's name for it is known. */
  readonly original: ProviderAddress | undefined;
  /** What the config asks for, entry by entry; empty when it does not name the provider. */
  readonly requested: readonly RequestedVersion[];
  readonly policy: AdmissionPolicy | undefined;
  /** Every version that upstream lists, canonical; undefined when it was not asked. */
  readonly upstream: readonly string[] | undefined;
  /** What each destination holds, in the catalogue's order; undefined where it could not be read. */
  readonly held: readonly (readonly HeldVersion[] | undefined)[];
  /** Undefined without a ledger. */
  readonly ledger: LedgerFacts | undefined;
  /** Why something is not known, in sentences. */
  readonly missing: readonly string[];
}

export interface LedgerFacts {
  readonly entries: readonly LedgerEntry[];
  readonly record: AdmissionRecord;
}

/** What all providers of a catalogue have in common. */
export interface CatalogueContext {
  /** The destinations' names, in the catalogue's order. */
  readonly destinations: readonly string[];
  readonly now: Date;
  /** What a command needs to find the ledger: `--ledger dynamodb://acme`; "" when it finds it by itself. */
  readonly ledgerOption: string;
}
