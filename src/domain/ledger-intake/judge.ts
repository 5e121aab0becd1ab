import { EVENT_SOURCE, idOf } from '../events/envelope.ts';
import { cloudEvent } from '../events/schema.ts';
import { EVENT_TYPES, type EventName, eventNameOf } from '../events/types/schema.ts';
import { canonicalize } from '../ledger/canonical.ts';
import type { CloudEvent, HashText } from '../ledger/entry.ts';
import { pointerTo, type Rejection, rejection } from './rejection.ts';
import type { IntakeRules, RegisteredType } from './rules.ts';
import { streamFor } from './stream.ts';

/** What is wrong with data, without a value of it. */
export interface DataProblem {
  /** A JSON pointer within the data. */
  readonly pointer: string;
  readonly message: string;
  /** True when looking took longer than it may. */
  readonly tooSlow?: boolean;
}

/** Undefined when the data is what the schema says. */
export type DataCheck = (data: unknown) => DataProblem | undefined;

export type Verdict =
  | { readonly event: CloudEvent; readonly rules: IntakeRules }
  | { readonly rejection: Rejection };

/** A company's type with the check of its schema. */
export interface CheckedType extends RegisteredType {
  readonly check: DataCheck;
}

/** What only a person decides, and the ledger itself writes. Whoever may publish could let a version in by them. */
const DECISIONS: readonly EventName[] = [
  'version.approved',
  'versions.recalled',
  'versions.unrecalled',
  'ledger.conflict',
];

/** The event as CloudEvents 1.0 has it, or why it is none. What has no canonical form cannot be kept. */
export function judgeEnvelope(
  event: unknown,
): { readonly event: CloudEvent } | { readonly rejection: Rejection } {
  const parsed = cloudEvent.safeParse(event);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    return {
      rejection: rejection(
        'envelope',
        `The event is no CloudEvents 1.0: ${issue?.message ?? 'it is not sound'}.`,
        {
          pointer: pointerTo(path),
        },
      ),
    };
  }
  try {
    canonicalize(parsed.data);
  } catch (error) {
    return { rejection: rejection('envelope', `The event cannot be kept: it ${(error as Error).message}.`) };
  }
  return { event: parsed.data };
}

/** Judges an event with a sound envelope: by the product's own definitions, or by a company's that was registered. */
export function judgeEvent(hash: HashText, event: CloudEvent, registered: CheckedType | undefined): Verdict {
  const name = eventNameOf(event.type);
  const rejected = name === undefined ? judgeForeign(event, registered) : judgeOwn(hash, name, event);
  if (rejected !== undefined) return { rejection: rejected };
  const rules = name === undefined ? (registered?.rules ?? {}) : {};
  const stream = streamFor(event, rules);
  return 'stream' in stream ? { event, rules } : { rejection: stream.rejection };
}

function judgeOwn(hash: HashText, name: EventName, event: CloudEvent): Rejection | undefined {
  if (DECISIONS.includes(name)) {
    return rejection(
      'decision',
      `A ${event.type} is written by the command of whoever decides, not published.`,
    );
  }
  const { data, subject } = event;
  const parsed = EVENT_TYPES[name].data.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return rejection('data', issue?.message ?? 'The data is not sound.', {
      pointer: pointerTo(['data', ...(issue?.path ?? [])]),
    });
  }
  const id = subject === undefined ? undefined : idOf(hash, { name, subject, data: data as never });
  if (event.source === EVENT_SOURCE && event.id === id) return undefined;
  return rejection(
    'forged',
    `A ${event.type} has the source ${EVENT_SOURCE} and the id that follows from its fact.`,
  );
}

function judgeForeign(event: CloudEvent, registered: CheckedType | undefined): Rejection | undefined {
  if (registered === undefined) {
    return rejection('unknown-type', `Nobody has registered the type ${event.type}.`, { pointer: '/type' });
  }
  const schema = registered.digest.slice(0, 12);
  const id = registered.schema['$id'];
  if (event.dataschema !== undefined && typeof id === 'string' && event.dataschema !== id) {
    return rejection('data', 'The schema that the event names is not the one that is registered.', {
      pointer: '/dataschema',
      schema,
    });
  }
  if (event.data === undefined)
    return rejection('data', 'The event has no data.', { pointer: '/data', schema });
  const problem = registered.check(event.data);
  if (problem === undefined) return undefined;
  const { pointer, message, tooSlow = false } = problem;
  return rejection(tooSlow ? 'too-slow' : 'data', message, { pointer: `/data${pointer}`, schema });
}
