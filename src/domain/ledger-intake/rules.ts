/** A value that an extension attribute of CloudEvents can hold, as far as rules use them. */
type Scalar = string | number | boolean;

/** What a member of `data` is compared with; a missing member meets no condition. */
export type Condition =
  | { readonly member: string; readonly equals: Scalar }
  | { readonly member: string; readonly atLeast: number };

/** Sets an attribute from the event alone. */
interface ProcessRule {
  readonly set: string;
  /** The members with the amount in the currency's smallest unit, and with its ISO 4217 code. */
  readonly money: { readonly amount: string; readonly currency: string };
}

/** Sets an attribute from the event and from what the ledger knows of the same artifact. */
export type EnrichRule =
  /** The first case that holds. */
  | {
      readonly set: string;
      readonly cases: readonly { readonly when: Condition; readonly value: string }[];
      readonly otherwise: string;
    }
  /** A member of the artifact's state before this event; left out where there was none. */
  | { readonly set: string; readonly previous: string }
  /** When the ledger received the artifact's first event. */
  | { readonly set: string; readonly firstSeen: true };

/** What happens to the valid events of a type. All names of members are of the topmost level of `data`. */
export interface IntakeRules {
  /** The stream: a prefix and a member. Without it the event's partitionkey, subject or source. */
  readonly stream?: { readonly prefix: string; readonly member: string } | undefined;
  /** The members that name what the event is about, within its stream's type: a transaction's number. */
  readonly artifact?: readonly string[] | undefined;
  readonly process?: readonly ProcessRule[] | undefined;
  readonly enrich?: readonly EnrichRule[] | undefined;
}

/** A company's type as the pipeline takes it: checked and registered. */
export interface RegisteredType {
  /** `com.example.payment.transaction.v1` */
  readonly type: string;
  /** JSON Schema, draft 2020-12, of `data`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** SHA-256 of the schema's canonical form, hex. */
  readonly digest: string;
  readonly rules: IntakeRules;
}

export function memberOf(data: unknown, name: string): unknown {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return undefined;
  return (data as Record<string, unknown>)[name];
}

export function meets(data: unknown, condition: Condition): boolean {
  const value = memberOf(data, condition.member);
  if ('equals' in condition) return value === condition.equals;
  return typeof value === 'number' && value >= condition.atLeast;
}
