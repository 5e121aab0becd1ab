/** One provider that failed, small enough that a page of them fits into a payload. */
export interface FailedProvider {
  /** Formatted provider address. */
  readonly address: string;
  /** What the config asks for. */
  readonly requested: string;
  /** Null when it failed before the version was known. */
  readonly version: string | null;
  readonly step: 'check' | 'upload';
  /** One of our codes, or a name of Lambda's or Step Functions' own. */
  readonly code: string;
  /** At most `MAX_MESSAGE_BYTES` as JSON. */
  readonly message: string;
}

/** Providers that failed for one cause. */
export interface FailureCause {
  readonly code: string;
  readonly providers: number;
  /** The first of them; how many, `MAX_NAMED` says for all causes together. */
  readonly named: readonly FailedProvider[];
}

/** Why a run stopped asking. */
export interface StoppedRun {
  readonly code: string;
  readonly message: string;
}

/** What became of a run, in a size that does not grow with the number of its providers. */
export interface RunDigest {
  /** Providers that the run has come to, those of a page that broke off included. */
  readonly providers: number;
  readonly failed: number;
  /** How many had each outcome, `failed` included; outcomes nobody had are left out. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the packages that reached a destination. */
  readonly bytes: number;
  /** In the order in which they were met. */
  readonly causes: readonly FailureCause[];
  readonly stopped: StoppedRun | null;
}

export const MAX_NAMED = 20;
export const MAX_MESSAGE_BYTES = 700;

export const EMPTY_DIGEST: RunDigest = {
  providers: 0,
  failed: 0,
  outcomes: {},
  bytes: 0,
  causes: [],
  stopped: null,
};

/** What became of one provider. */
export interface ProviderEnd {
  readonly outcome: string;
  readonly bytes?: number | undefined;
  /** There when it failed. */
  readonly failure?: FailedProvider | undefined;
}

/** The digest with some more providers in it. */
export function addResults(digest: RunDigest, ends: readonly ProviderEnd[]): RunDigest {
  const failures = ends.flatMap(({ failure }) => failure ?? []);
  const causes = new Map(digest.causes.map((cause) => [cause.code, cause]));
  for (const failure of failures) {
    const known = causes.get(failure.code) ?? { code: failure.code, providers: 0, named: [] };
    const named = known.named.length < MAX_NAMED ? [...known.named, failure] : known.named;
    causes.set(failure.code, { ...known, providers: known.providers + 1, named });
  }
  return {
    ...digest,
    providers: digest.providers + ends.length,
    failed: digest.failed + failures.length,
    outcomes: ends.reduce((sum, { outcome }) => withOutcome(sum, outcome, 1), digest.outcomes),
    bytes: ends.reduce((sum, { bytes = 0 }) => sum + bytes, digest.bytes),
    causes: limitNames([...causes.values()]),
  };
}

/** The digest when a whole part of the run broke off: its providers count as failed, and none of them is named. */
export function addBrokenPart(digest: RunDigest, providers: number, code: string): RunDigest {
  const known = digest.causes.find((cause) => cause.code === code);
  const cause = { code, providers: (known?.providers ?? 0) + providers, named: known?.named ?? [] };
  const causes = known
    ? digest.causes.map((other) => (other === known ? cause : other))
    : [...digest.causes, cause];
  return {
    ...digest,
    providers: digest.providers + providers,
    failed: digest.failed + providers,
    outcomes: withOutcome(digest.outcomes, 'failed', providers),
    causes,
  };
}

function withOutcome(
  outcomes: RunDigest['outcomes'],
  outcome: string,
  providers: number,
): RunDigest['outcomes'] {
  return { ...outcomes, [outcome]: (outcomes[outcome] ?? 0) + providers };
}

/** At most `MAX_NAMED` names in all; the cause that has the most gives first, so that each keeps some. */
function limitNames(causes: readonly FailureCause[]): readonly FailureCause[] {
  const lengths = causes.map(({ named }) => named.length);
  let total = lengths.reduce((sum, length) => sum + length, 0);
  while (total > MAX_NAMED) {
    const longest = lengths.lastIndexOf(Math.max(...lengths));
    lengths[longest] = (lengths[longest] ?? 0) - 1;
    total -= 1;
  }
  return causes.map((cause, index) => ({ ...cause, named: cause.named.slice(0, lengths[index]) }));
}

/** The text cut so that it takes at most `MAX_MESSAGE_BYTES` in a JSON document. */
export function shortMessage(text: string): string {
  const bytes = (part: string) => new TextEncoder().encode(JSON.stringify(part)).byteLength;
  if (bytes(text) <= MAX_MESSAGE_BYTES) return text;
  let length = Math.min(text.length, MAX_MESSAGE_BYTES);
  const cut = () => `${text.slice(0, length).toWellFormed()} … (the log has it all)`;
  while (bytes(cut()) > MAX_MESSAGE_BYTES) length = Math.floor(length * 0.9);
  return cut();
}
