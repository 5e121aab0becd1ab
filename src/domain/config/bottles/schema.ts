import * as z from 'zod';
import { parseReason } from '../../admission/policy.ts';
import type { Problem } from '../../errors.ts';
import { BOTTLES_KEY_ALIASES } from '../aliases.ts';
import type { BottlesEntry } from '../bottles.ts';
import { LOCATION_PATTERN, parseLocation } from '../destinations/location.ts';
import { problemsOfForm } from '../form-problems.ts';
import { jsonPath } from '../json-path.ts';
import { durationText } from '../policy/schema.ts';
import { duplicatesIn } from '../providers/clashes.ts';
import { keysAt, parsedText } from '../text/schema.ts';
import { FORMULA_PATTERN, parseFormula, parseSize, parseTag, SIZE_PATTERN, TAG_PATTERN } from './texts.ts';

const formula = parsedText(parseFormula, {
  examples: ['jq', 'openssl@3'],
  maxLength: 128,
  pattern: `^${FORMULA_PATTERN}$`,
});

const recall = z
  .strictObject({
    formula,
    version: z
      .string()
      .min(1)
      .max(128)
      .regex(/^\S+$/)
      .optional()
      .meta({
        description: 'As "brew list --versions" writes it; without it every version is recalled.',
        examples: ['1.8.1', '3.1_1'],
      }),
    reason: parsedText(parseReason, {
      description: 'Why, for people: one line.',
      examples: ['withdrawn upstream'],
      pattern: '\\S',
    }),
  })
  .meta({ title: 'Recalled formula' });

const GENERATIONS = ['internal', 'formula'] as const;

const DEFAULTS = { dependencies: true, keepSnapshots: 30, sizeThresholdBytes: 1e9 };

/** What is mirrored of Homebrew, and where. */
export const bottles = z
  .strictObject({
    formulae: z.array(formula).min(1).meta({
      title: 'Formulae',
      description: 'The formulae to mirror.',
      uniqueItems: true,
    }),
    dependencies: z.boolean().optional().meta({
      title: 'Dependencies',
      description: 'Whether what the formulae need at run time is mirrored as well.',
      default: DEFAULTS.dependencies,
    }),
    tags: z
      .array(parsedText(parseTag, { examples: ['arm64_tahoe', 'x86_64_linux'], pattern: `^${TAG_PATTERN}$` }))
      .min(1)
      .meta({ title: 'Tags', description: 'The systems to mirror bottles for.', uniqueItems: true }),
    destination: parsedText(parseLocation, {
      title: 'Destination',
      description: 'A bucket with or without a prefix, or a folder.',
      examples: ['s3://acme-homebrew/'],
      pattern: LOCATION_PATTERN,
    }),
    'api-generations': z.array(z.enum(GENERATIONS)).min(1).optional().meta({
      title: 'API generations',
      description: "Which forms of the formulae's API are mirrored.",
      uniqueItems: true,
      default: GENERATIONS,
    }),
    'keep-snapshots': z.int().min(1).max(100_000).optional().meta({
      title: 'Snapshots to keep',
      description: 'How many of the newest snapshots cleanup keeps.',
      default: DEFAULTS.keepSnapshots,
    }),
    'size-threshold': parsedText(parseSize, {
      title: 'Size threshold',
      description: 'Bottles of at least this size are brought by the task for large ones.',
      default: '1GB',
      examples: ['1GB', '500MB'],
      pattern: `^${SIZE_PATTERN}$`,
    }).optional(),
    'minimum-age': durationText.optional(),
    'allow-missing': z.array(formula).optional().meta({
      title: 'Allowed to be missing',
      description: 'Formulae without which a run publishes all the same.',
      uniqueItems: true,
    }),
    'recalled-formulae': z.array(recall).optional().meta({
      title: 'Recalled',
      description: 'Versions that turned out bad: they are not brought, and taken out where they are.',
    }),
  })
  .meta({ title: 'Bottles', description: 'A mirror of Homebrew bottles.' });

const lists = z.object({
  formulae: z.array(z.unknown()).catch([]),
  tags: z.array(z.unknown()).catch([]),
  'api-generations': z.array(z.unknown()).catch([]),
  'allow-missing': z.array(z.unknown()).catch([]),
});

export interface ReadBottles {
  /** Undefined when there are problems. */
  readonly entry: BottlesEntry | undefined;
  readonly problems: readonly Problem[];
}

/** Checks the form of `bottles` at `path` and parses its texts; every problem of its form is found. */
export function readBottles(value: unknown, path: string): ReadBottles {
  const { data, error } = bottles.safeParse(value, { reportInput: true });
  const written = lists.safeParse(value).data;
  const twice = (key: keyof z.output<typeof lists>, what: string) => {
    const names = written?.[key].map((name) => (typeof name === 'string' ? name : undefined)) ?? [];
    return duplicatesIn(names, jsonPath(path, [key]), what);
  };
  const problems = [
    ...problemsOfForm(error?.issues ?? [], path, {
      keysAt: (at) => keysAt(bottles, at),
      keyAliases: BOTTLES_KEY_ALIASES,
      whole: { name: 'The value', fix: 'Write an object with "formulae", "tags" and "destination".' },
    }),
    ...twice('formulae', 'formula'),
    ...twice('tags', 'tag'),
    ...twice('api-generations', 'API generation'),
    ...twice('allow-missing', 'formula'),
  ];
  return { entry: data && problems.length === 0 ? entryOf(data, path) : undefined, problems };
}

function entryOf(form: z.output<typeof bottles>, path: string): BottlesEntry {
  return {
    path,
    formulae: form.formulae.map(({ formula }) => formula),
    dependencies: form.dependencies ?? DEFAULTS.dependencies,
    tags: form.tags.map(({ tag }) => tag),
    destination: form.destination.location,
    apiGenerations: form['api-generations'] ?? GENERATIONS,
    keepSnapshots: form['keep-snapshots'] ?? DEFAULTS.keepSnapshots,
    sizeThresholdBytes: form['size-threshold']?.bytes ?? DEFAULTS.sizeThresholdBytes,
    minimumAge: form['minimum-age']?.duration,
    allowMissing: (form['allow-missing'] ?? []).map(({ formula }) => formula),
    recalled: (form['recalled-formulae'] ?? []).map(
      ({ formula: { formula }, version, reason: { reason } }) => {
        return { formula, version, reason, by: undefined };
      },
    ),
  };
}
