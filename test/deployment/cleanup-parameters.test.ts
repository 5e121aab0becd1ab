import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_RETENTION_POLICY } from '../../src/domain/retention/policy.ts';
import { readSettings } from '../../src/handlers/environment.ts';
import { readCleanup } from '../../src/handlers/settings.ts';
import type { Json } from './support/cloudformation.ts';

const template: Json = parse(await readFile('template.yaml', 'utf8'), { logLevel: 'silent' });
const { Variables } = template.Resources.CleanupOldVersionsFunction.Properties.Environment;

/** The cleanup function's environment when its parameters have these values; an empty one sets no variable. */
function environmentWith(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const referred = Object.entries<string | readonly string[]>(Variables).map(([name, value]) => {
    const parameter = typeof value === 'string' ? value : (value[1] ?? '');
    return [name, parameters[parameter] ?? ''] as const;
  });
  return Object.fromEntries(referred.filter(([, value]) => value !== ''));
}

describe('the parameters of cleanup', () => {
  it('reach the function, each as its setting', () => {
    const environment = environmentWith({
      CleanupDryRun: 'true',
      CleanupKeepVersionCount: '3',
      CleanupKeepMajors: '2',
      CleanupMinimumAgeDays: '7',
      CleanupIncompleteOlderThanDays: '30',
      CleanupScope: 'all',
      CleanupMaxShare: '0.25',
      CleanupMaxCount: '5',
    });
    expect(readSettings(environment, readCleanup)).toEqual({
      dryRun: true,
      policy: {
        keep: 3,
        keepMajors: 2,
        minimumAgeDays: 7,
        incompleteOlderThanDays: 30,
        scope: 'all',
        brake: { maxShare: 0.25, maxCount: 5 },
      },
    });
  });

  it('have the defaults of the retention policy, and no dry run', () => {
    const defaults = Object.entries<Json>(template.Parameters).map(([name, { Default }]) => [
      name,
      String(Default ?? ''),
    ]);
    const settings = readSettings(environmentWith(Object.fromEntries(defaults)), readCleanup);
    expect(settings).toEqual({ dryRun: false, policy: DEFAULT_RETENTION_POLICY });
  });
});
