import type { PlannedChange, StackPlan } from './plan.ts';

/** By which the comment of an earlier run is found, to be replaced. */
export const COMMENT_MARKER = '<!-- provider-sync-plan -->';

/** GitHub refuses a longer body. Source: "Body is too long (maximum is 65536 characters)", REST API of issues. */
const COMMENT_LIMIT = 65_536;

const LONGEST_NAME = 200;

export interface RenderedPlan {
  /** Fits a comment. */
  readonly comment: string;
  /** Everything, for the job's summary and its artifact. */
  readonly full: string;
}

/**
 * Plans as Markdown. What a reviewer must not miss comes first; what does not fit a comment is counted there and
 * stands in full in `full`. `details` says where that is to be found.
 */
export function renderPlans(plans: readonly StackPlan[], details: string): RenderedPlan {
  const sections = plans.map(sectionOf);
  const full = [COMMENT_MARKER, ...sections.map(({ head, lines }) => [head, ...lines].join('\n'))].join(
    '\n\n',
  );
  if (size(full) <= COMMENT_LIMIT) return { comment: `${full}\n`.slice(0, COMMENT_LIMIT), full };
  return { comment: shortened(sections, details), full };
}

interface Section {
  /** Title and counts. */
  readonly head: string;
  /** The most important first. */
  readonly lines: readonly string[];
}

function sectionOf(plan: StackPlan): Section {
  const title = `## Plan for ${code(plan.stackName)}`;
  switch (plan.kind) {
    case 'no-changes':
      return { head: `${title}\n\nNo changes.`, lines: [] };
    case 'failed':
      return {
        head: `${title}\n\n**FAILED**: CloudFormation could not make the change set. The log of this run says why.`,
        lines: [],
      };
    case 'created':
      return {
        head: `${title}\n\nThe stack does not exist yet and **will be created** with:\n`,
        lines: [...plan.types].map(([type, count]) => `- ${count} × ${code(type)}`),
      };
    default:
      return { head: `${title}\n\n${countsOf(plan.changes)}`, lines: linesOf(plan) };
  }
}

type Changes = Extract<StackPlan, { kind: 'changes' }>;

function countsOf(changes: readonly PlannedChange[]): string {
  const count = (holds: (change: PlannedChange) => boolean) => changes.filter(holds).length;
  const counts: readonly (readonly [number, string])[] = [
    [count(({ kind }) => kind === 'replaced'), '**REPLACED**'],
    [count(({ kind }) => kind === 'maybe-replaced'), '**MAYBE REPLACED**'],
    [count(({ kind }) => kind === 'removed'), '**REMOVED**'],
    [count(({ iam }) => iam), '**IAM**'],
    [count(({ kind }) => kind === 'changed'), 'changed'],
    [count(({ kind }) => kind === 'added'), 'added'],
    [count(({ kind }) => kind === 'undecided'), 'decided while deploying'],
  ];
  const said = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return said.length > 0 ? said.join(' · ') : 'Nothing but new versions.';
}

const GROUPS = [
  ['Look here first', ({ kind, iam }) => iam || ['replaced', 'maybe-replaced', 'removed'].includes(kind)],
  ['Changed', ({ kind }) => kind === 'changed'],
  ['Added', ({ kind }) => kind === 'added'],
  ['Decided while deploying', ({ kind }) => kind === 'undecided'],
] as const satisfies readonly (readonly [string, (change: PlannedChange) => boolean])[];

function linesOf({ changes, versions, outputs }: Changes): readonly string[] {
  const told = new Set<PlannedChange>();
  const groups = GROUPS.flatMap(([title, belongs]) => {
    const group = changes.filter((change) => belongs(change) && !told.has(change));
    for (const change of group) told.add(change);
    return group.length === 0 ? [] : ['', `### ${title}`, '', ...group.map(changeLine)];
  });
  const outputLines = [
    ...outputs.removed.map((name) => `- **REMOVED** ${code(name)}`),
    ...outputs.changed.map((name) => `- changed ${code(name)}`),
    ...outputs.added.map((name) => `- added ${code(name)}`),
  ];
  return [
    ...groups,
    ...(outputLines.length === 0 ? [] : ['', '### Outputs', '', ...outputLines]),
    ...(versions.length === 0
      ? []
      : ['', `New versions, shifted to by alias: ${versions.map(code).join(', ')}`]),
  ];
}

const WORDS: Readonly<Record<PlannedChange['kind'], string>> = {
  replaced: '**REPLACED**',
  'maybe-replaced': '**MAYBE REPLACED**',
  removed: '**REMOVED**',
  changed: 'changed',
  added: 'added',
  undecided: 'decided while deploying',
};

const FATES = {
  deleted: 'the old one is **deleted**',
  kept: 'the old one is kept',
  snapshot: 'a snapshot of the old one is kept',
} as const;

function changeLine({ kind, path, type, properties, iam, old }: PlannedChange): string {
  const notes = [
    ...(old === undefined ? [] : [FATES[old]]),
    ...(properties.length === 0 ? [] : [properties.map(code).join(', ')]),
  ];
  const mark = iam ? ' **IAM**' : '';
  return `- ${WORDS[kind]}${mark} ${code(path.join('/'))} ${code(type)}${notes.length > 0 ? `: ${notes.join('; ')}` : ''}`;
}

/**
 * A name as a code span, in which Markdown, HTML, links and mentions are letters like others. What could end the span
 * or a line, or open a comment, is replaced.
 */
export function code(name: string): string {
  const safe = name
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll('`', "'")
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('|', '¦')
    .trim();
  const characters = Array.from(safe);
  const cut = characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : safe;
  return `\`${cut === '' ? '?' : cut}\``;
}

/** Counts of every stack, then as many lines as fit, of every stack alike. */
function shortened(sections: readonly Section[], details: string): string {
  const notice = (left: number) => `**${left} lines do not fit into a comment.** ${details}`.slice(0, 2_000);
  const heads = sections.map(({ head }) => head);
  const total = sections.reduce((sum, { lines }) => sum + lines.length, 0);
  let budget =
    COMMENT_LIMIT - size([COMMENT_MARKER, notice(total), ...heads].join('\n\n')) - 16 * sections.length;
  const share = Math.max(0, Math.floor(budget / sections.length));
  let left = 0;
  const bodies = sections.map(({ head, lines }) => {
    let room = Math.min(share, budget);
    const kept: string[] = [];
    for (const line of lines) {
      if (size(line) + 1 > room) break;
      room -= size(line) + 1;
      budget -= size(line) + 1;
      kept.push(line);
    }
    left += lines.length - kept.length;
    return [head, ...kept].join('\n');
  });
  return [COMMENT_MARKER, notice(left), ...bodies].join('\n\n');
}

/** In bytes, which are at least as many as characters by any count. */
function size(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
