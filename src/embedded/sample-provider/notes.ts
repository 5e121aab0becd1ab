import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a note is to Terraform. */
export interface Note {
  readonly id: string | null;
  readonly folder: string;
  readonly name: string;
  readonly owner: string;
  readonly text: string | null;
  readonly password: string | null;
  readonly seconds: number | null;
  readonly manner: string | null;
}

/** Everything that happens to notes, one JSON document a line, in the notes' folder. */
const JOURNAL = 'journal.jsonl';
const CHATTY_CHARACTERS = 2_000_000;

export interface Told {
  /** 1 is an error, 2 a warning. */
  readonly severity: 1 | 2;
  readonly summary: string;
  readonly detail: string;
}

export function fileOf({ folder, name }: Pick<Note, 'folder' | 'name'>): string {
  return join(folder, `${name}.json`);
}

/** The note as it lies in its folder; undefined when it is gone. */
export async function readNote(note: Note): Promise<Note | undefined> {
  const there = await stored(note);
  return there && { ...note, ...there, id: fileOf(note) };
}

type Stored = Pick<Note, 'owner' | 'text' | 'password'>;

async function stored(note: Pick<Note, 'folder' | 'name'>): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(note), 'utf8')) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A note of the same owner that is there already is taken as it is; one of somebody else's fails. */
export async function createNote(note: Note, stopped: AbortSignal): Promise<readonly Told[]> {
  await mkdir(note.folder, { recursive: true });
  const there = await stored(note);
  if (there !== undefined && there.owner !== note.owner) {
    return [failure('The note exists', `${fileOf(note)} belongs to ${there.owner}, not to ${note.owner}.`)];
  }
  await tell(note, 'create-begun');
  await takeTime(note, stopped);
  if (stopped.aborted && note.manner !== 'stubborn') {
    await tell(note, 'create-stopped');
    return [failure('context canceled', `Making ${note.name} was stopped before it was there.`)];
  }
  if (note.manner === 'failing' && note.name.endsWith('second')) {
    return [failure('The note cannot be made', `${note.name} was not to be, and so it is not.`)];
  }
  await write(note);
  await tell(note, there === undefined ? 'created' : 'adopted');
  return remarksOn(note);
}

export async function updateNote(note: Note): Promise<readonly Told[]> {
  await write(note);
  await tell(note, 'updated');
  return remarksOn(note);
}

export async function deleteNote(note: Note, stopped: AbortSignal): Promise<readonly Told[]> {
  await takeTime(note, stopped);
  if (stopped.aborted && note.manner !== 'stubborn') {
    return [failure('context canceled', `Deleting ${note.name} was stopped; it is still there.`)];
  }
  await rm(fileOf(note), { force: true });
  await tell(note, 'deleted');
  return [];
}

async function write({ owner, text, password, ...note }: Note): Promise<void> {
  await mkdir(dirname(fileOf(note)), { recursive: true });
  await writeFile(fileOf(note), JSON.stringify({ owner, text, password }), { mode: 0o600 });
}

async function tell({ folder, name }: Note, what: string): Promise<void> {
  await appendFile(
    join(folder, JOURNAL),
    `${JSON.stringify({ what, name, at: new Date().toISOString() })}\n`,
  );
}

function takeTime({ seconds, manner }: Note, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, (seconds ?? 0) * 1000);
    if (manner === 'stubborn') return;
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    if (stopped.aborted) stop();
    else stopped.addEventListener('abort', stop, { once: true });
  });
}

function failure(summary: string, detail: string): Told {
  return { severity: 1, summary, detail };
}

/** For trials of whoever runs Terraform: much text, or text that it should not say. */
function remarksOn({ manner, name, password }: Note): readonly Told[] {
  if (manner === 'chatty') {
    return [
      {
        severity: 2,
        summary: `${name} has much to say`,
        detail: `${name} `.repeat(CHATTY_CHARACTERS / (name.length + 1)),
      },
    ];
  }
  if (manner !== 'telling') return [];
  return [
    { severity: 2, summary: `${name} tells`, detail: `The password of ${name} is ${password ?? 'none'}.` },
  ];
}
