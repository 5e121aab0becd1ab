import { adviceFor } from './advice.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';
import type { ReceivedError } from './received-error.ts';

/** What became of one sync of bottles. */
export interface BottlesNotice {
  readonly outcome: 'published' | 'up-to-date' | 'held' | 'incomplete';
  /** Where the mirror lies: `s3://acme-homebrew/brew`. */
  readonly destination: string;
  /** The snapshot that was made or found; null when none was. */
  readonly snapshot: string | null;
  /** What clients see now. */
  readonly current: string | null;
  readonly bottles: number;
  readonly fetched: number;
  /** Of those that were fetched. */
  readonly bytes: number;
  /** The formulae that the mirror goes without; `allowed` under "allow-missing". */
  readonly missing: readonly {
    readonly formula: string;
    readonly reason: string;
    readonly allowed: boolean;
  }[];
  /** Lines that say where more is to be found: the execution, its log. */
  readonly where?: readonly string[];
}

const MAX_NAMED = 20;

/** Whether people want to hear of it: of a run that changed nothing and lacks nothing they do not. */
export function isNews({ outcome, fetched }: Pick<BottlesNotice, 'outcome' | 'fetched'>): boolean {
  return outcome === 'published' || outcome === 'incomplete' || (outcome === 'held' && fetched > 0);
}

/** The message about a sync that came to its end. */
export function renderBottles(notice: BottlesNotice): NotificationMessage {
  const { destination, snapshot, current, bottles, fetched, bytes, missing, where = [] } = notice;
  const lacking = missing.filter(({ allowed }) => !allowed);
  const without = missing.filter(({ allowed }) => allowed).map(({ formula }) => formula);
  return {
    subject: toSubject(headlineOf(notice)),
    body: toBody([
      explanationOf(notice),
      [
        `Mirror:    ${destination}`,
        `Clients:   ${current === null ? 'see nothing yet' : `see ${current}`}`,
        ...(snapshot === null || snapshot === current ? [] : [`Snapshot:  ${snapshot}`]),
        `Bottles:   ${bottles}, of which ${fetched} were fetched (${Math.ceil(bytes / 1e6)} MB)`,
        ...(without.length === 0 ? [] : [`Without:   ${without.slice(0, MAX_NAMED).join(', ')}, as allowed`]),
      ].join('\n'),
      ...lacking.slice(0, MAX_NAMED).map(({ formula, reason }) => `- ${formula}\n  ${reason}`),
      lacking.length > MAX_NAMED ? `- … and ${lacking.length - MAX_NAMED} more` : '',
      where.join('\n'),
    ]),
  };
}

function headlineOf({ outcome, current, snapshot, missing, destination }: BottlesNotice): string {
  const lacking = missing.filter(({ allowed }) => !allowed);
  switch (outcome) {
    case 'incomplete': {
      const formulae = lacking.length === 1 ? '1 formula is' : `${lacking.length} formulae are`;
      return `Bottles not published: ${formulae} incomplete (${lacking.map(({ formula }) => formula).join(', ')})`;
    }
    case 'published':
      return `Bottles published: ${current} at ${destination}`;
    case 'held':
      return `Bottles held: ${snapshot} at ${destination}`;
    case 'up-to-date':
      return `Bottles up to date at ${destination}`;
    default:
      return outcome satisfies never;
  }
}

function explanationOf({ outcome }: BottlesNotice): string {
  switch (outcome) {
    case 'incomplete':
      return (
        'Clients see what they saw before, whole. Nothing newer is shown to them until everything that the config asks ' +
        'for is there; name a formula under "allow-missing" to go on without it.'
      );
    case 'published':
      return 'Everything that the config asks for was proved and is there.';
    case 'held':
      return 'A snapshot is whole and held back from clients, by its age or because of a rollback.';
    case 'up-to-date':
      return 'Nothing new.';
    default:
      return outcome satisfies never;
  }
}

/** What broke off. */
type BottlesWork = 'sync' | 'cleanup';

const STANDS: Readonly<Record<BottlesWork, string>> = {
  sync: 'Clients see what they saw before.',
  cleanup: 'What clients see, and every snapshot that is kept, stays whole.',
};

/** The message about work that broke off. `destination` undefined when it did not get that far. */
export function renderBottlesFailure(failure: {
  readonly work?: BottlesWork;
  readonly error: ReceivedError;
  readonly destination: string | undefined;
  readonly where?: readonly string[];
}): NotificationMessage {
  const { work = 'sync', error, destination, where = [] } = failure;
  return {
    subject: toSubject(`${work === 'sync' ? 'Sync' : 'Cleanup'} of bottles failed (${error.name})`),
    body: toBody([
      `The ${work} of bottles failed. ${STANDS[work]}`,
      [...(destination === undefined ? [] : [`Mirror:    ${destination}`]), `Error:     ${error.name}`].join(
        '\n',
      ),
      error.message,
      `What to try: ${adviceFor(error)}`,
      where.join('\n'),
    ]),
  };
}
