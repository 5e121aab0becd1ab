import * as fc from 'fast-check';
import type { Fault } from '../support/chaos-proxy.ts';

/** What goes wrong during a sync or a cleanup. Numbers count requests or operations of the run. */
export type Trouble =
  | { readonly kind: 'none' }
  /** The process dies before this operation on a destination is sent. */
  | { readonly kind: 'dies'; readonly at: number }
  /** Requests to one side are harmed, from one of them on. */
  | { readonly kind: 'harm'; readonly side: 'upstream' | 'destination'; readonly fault: Fault };

/** Which of the model's configs a run reads. */
export type ConfigName = 'latest' | 'exact' | 'constraint' | 'two versions';

/** One step of a history. */
export type Step =
  | { readonly kind: 'sync'; readonly config: ConfigName; readonly trouble: Trouble }
  | { readonly kind: 'two syncs'; readonly configs: readonly [ConfigName, ConfigName] }
  | { readonly kind: 'sync beside cleanup'; readonly config: ConfigName; readonly keep: number }
  | {
      readonly kind: 'cleanup';
      readonly config: ConfigName;
      readonly keep: number;
      readonly trouble: Trouble;
    }
  | {
      readonly kind: 'upstream';
      readonly change: 'publish' | 'withdraw' | 'cut again' | 'rotate key' | 'renew key';
    }
  | { readonly kind: 'token'; readonly state: 'revoked' | 'restored' }
  | { readonly kind: 'clock'; readonly days: number };

const config = fc.constantFrom<ConfigName>('latest', 'exact', 'constraint', 'two versions');

const answers = fc.constantFrom<Fault['action']>(
  { kind: 'drop' },
  { kind: 'lose-answer' },
  { kind: 'html' },
  { kind: 'answer', status: 200 },
  { kind: 'answer', status: 401 },
  { kind: 'answer', status: 404 },
  { kind: 'answer', status: 429, headers: { 'retry-after': '0' } },
  { kind: 'answer', status: 503 },
);

const bodies = fc
  .tuple(fc.constantFrom('drop-request', 'drop-response', 'truncate', 'flip-byte', 'stall'), fc.nat(400))
  .map(([kind, at]): Fault['action'] => (kind === 'flip-byte' ? { kind, at } : { kind, afterBytes: at }));

const action = fc.oneof({ weight: 3, arbitrary: answers }, { weight: 2, arbitrary: bodies });

/** Any request, or of one kind: the few that send a file are the ones that matter most. */
const target = fc.oneof(
  fc.record({ after: fc.nat(25) }),
  fc.record({ method: fc.constantFrom('PUT', 'POST'), after: fc.nat(5) }),
  fc.record({ method: fc.constantFrom('GET', 'DELETE'), after: fc.nat(12) }),
);

const harm = fc
  .tuple(
    fc.constantFrom('upstream' as const, 'destination' as const),
    target,
    // One request, a burst, or until the end of the run.
    fc.constantFrom(1, 1, 3, 1000),
    action,
  )
  .map(
    ([side, where, times, harmed]): Trouble => ({
      kind: 'harm',
      side,
      fault: { ...where, times, action: harmed },
    }),
  );

/** A file that is answered well and stored nowhere: what broke the promise once. */
const swallowed = fc.record({ method: fc.constant('PUT'), after: fc.nat(6) }).map(
  (where): Trouble => ({
    kind: 'harm',
    side: 'destination',
    fault: { ...where, action: { kind: 'answer', status: 200 } },
  }),
);

/** One connection that drips: a document may not end in its time, a package may. */
const dripping = fc
  .tuple(fc.constantFrom('upstream' as const, 'destination' as const), target, fc.constantFrom(1500, 20_000))
  .map(
    ([side, where, bytesPerSecond]): Trouble => ({
      kind: 'harm',
      side,
      fault: { ...where, times: 1, action: { kind: 'throttle', bytesPerSecond } },
    }),
  );

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 1, arbitrary: swallowed },
  { weight: 2, arbitrary: fc.constant<Trouble>({ kind: 'none' }) },
  { weight: 2, arbitrary: fc.nat(40).map((at): Trouble => ({ kind: 'dies', at })) },
  { weight: 4, arbitrary: harm },
  { weight: 1, arbitrary: dripping },
);

const keep = fc.integer({ min: 1, max: 2 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sync' as const), config, trouble }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('two syncs' as const), configs: fc.tuple(config, config) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('sync beside cleanup' as const), config, keep }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cleanup' as const), config, keep, trouble }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('upstream' as const),
      change: fc.constantFrom(
        'publish' as const,
        'publish' as const,
        'withdraw' as const,
        'cut again' as const,
        'rotate key' as const,
        'renew key' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('token' as const),
      state: fc.constantFrom('revoked' as const, 'restored' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), days: fc.integer({ min: -30, max: 400 }) }),
  },
);

/** Histories of up to so many steps. */
export const histories = (maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(step, { minLength: 1, maxLength });
