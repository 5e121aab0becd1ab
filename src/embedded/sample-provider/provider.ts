import { readMessagePack, UNKNOWN } from './msgpack.ts';
import { createNote, deleteNote, fileOf, type Note, readNote, type Told, updateNote } from './notes.ts';
import { bytesIn, type Fields, field, numberField, readFields, textIn } from './protobuf.ts';

/** Attributes of `notes_note`: type in JSON, and whether it is required, optional (also sensitive) or computed. */
const ATTRIBUTES: readonly (readonly [
  string,
  string,
  'required' | 'optional' | 'sensitive' | 'computed',
  string,
])[] = [
  ['id', '"string"', 'computed', 'The note’s file.'],
  ['folder', '"string"', 'required', 'Where it is kept.'],
  ['name', '"string"', 'required', 'What it is called.'],
  ['owner', '"string"', 'required', 'Who it belongs to: a note of somebody else’s is not touched.'],
  ['text', '"string"', 'optional', 'What it says.'],
  ['password', '"string"', 'sensitive', 'A secret that it holds.'],
  ['seconds', '"number"', 'optional', 'How long it takes to be made and deleted.'],
  ['manner', '"string"', 'optional', 'plain, stubborn, failing, chatty or telling.'],
];

/** What makes another note of it. */
const REPLACING = ['folder', 'name', 'owner'] as const;

export type Method = (request: Fields) => Promise<Buffer> | Buffer;

/** The methods of `tfplugin6.Provider` that Terraform calls, from a request's fields to the response's bytes. */
export function providerMethods(stopped: AbortController): Readonly<Record<string, Method>> {
  return {
    GetProviderSchema: () =>
      Buffer.concat([
        field(1, field(2, Buffer.alloc(0))),
        field(2, Buffer.concat([field(1, 'notes_note'), field(2, field(2, noteBlock()))])),
      ]),
    ValidateProviderConfig: () => Buffer.alloc(0),
    ConfigureProvider: () => Buffer.alloc(0),
    ValidateResourceConfig: () => Buffer.alloc(0),
    StopProvider: () => {
      stopped.abort();
      return Buffer.alloc(0);
    },
    UpgradeResourceState: (request) => field(1, field(2, bytesIn(readFields(bytesIn(request, 3)), 1))),
    ReadResource: async (request) => {
      const current = noteIn(request, 2);
      const found = current === null ? undefined : await readNote(current);
      return field(1, valueOf(found ?? null));
    },
    PlanResourceChange: (request) => planChange(noteIn(request, 2), noteIn(request, 3)),
    ApplyResourceChange: (request) => applyChange(noteIn(request, 2), noteIn(request, 3), stopped.signal),
  };
}

function noteBlock(): Buffer {
  const attributes = ATTRIBUTES.map(([name, type, form, description]) =>
    field(
      2,
      Buffer.concat([
        field(1, name),
        field(2, type),
        field(3, description),
        numberField(form === 'required' ? 4 : form === 'computed' ? 6 : 5, 1),
        ...(form === 'sensitive' ? [numberField(7, 1)] : []),
      ]),
    ),
  );
  return Buffer.concat(attributes);
}

function planChange(prior: Note | null, proposed: Note | null): Buffer {
  if (proposed === null) return field(1, valueOf(null));
  const unknown = Object.entries(proposed).find(([, value]) => (value as unknown) === UNKNOWN);
  if (unknown !== undefined) {
    const detail = `"${unknown[0]}" must be known when a plan is made.`;
    return field(4, diagnosticOf({ severity: 1, summary: 'A value is not known yet', detail }));
  }
  const planned = { ...proposed, id: fileOf(proposed) };
  const replacing = prior === null ? [] : REPLACING.filter((name) => prior[name] !== planned[name]);
  // An AttributePath of one step, which names the attribute.
  const paths = replacing.map((name) => field(2, field(1, field(1, name))));
  return Buffer.concat([field(1, valueOf(planned)), ...paths]);
}

async function applyChange(prior: Note | null, planned: Note | null, stopped: AbortSignal): Promise<Buffer> {
  let told: readonly Told[];
  let after: Note | null;
  if (planned === null) {
    told = prior === null ? [] : await deleteNote(prior, stopped);
    after = hasFailed(told) ? prior : null;
  } else if (prior === null) {
    told = await createNote(planned, stopped);
    after = hasFailed(told) ? null : planned;
  } else {
    told = await updateNote(planned);
    after = planned;
  }
  return Buffer.concat([field(1, valueOf(after)), ...told.map((each) => field(3, diagnosticOf(each)))]);
}

function hasFailed(told: readonly Told[]): boolean {
  return told.some(({ severity }) => severity === 1);
}

/** A DynamicValue in the request, of MessagePack or of JSON. */
function noteIn(request: Fields, number: number): Note | null {
  const value = readFields(bytesIn(request, number));
  const packed = bytesIn(value, 1);
  if (packed.length > 0) return readMessagePack(packed) as Note | null;
  return JSON.parse(textIn(value, 2) || 'null') as Note | null;
}

function valueOf(note: Note | null): Buffer {
  return field(2, JSON.stringify(note));
}

function diagnosticOf({ severity, summary, detail }: Told): Buffer {
  return Buffer.concat([numberField(1, severity), field(2, summary), field(3, detail)]);
}
