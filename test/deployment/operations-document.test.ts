import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MAX_PROVIDERS } from '../../src/domain/deployment/execution-budget.ts';
import type { Json } from './support/cloudformation.ts';

const document = await readFile('docs/operations.md', 'utf8');
const template: Json = parse(await readFile('template.yaml', 'utf8'), { logLevel: 'silent' });

describe('docs/operations.md', () => {
  it('has a section for every alarm, and for no other', () => {
    const alarms = Object.values<Json>(template.Resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => Properties.AlarmName.replace('${AWS::StackName}', 'STACK'));
    const sections = Array.from(document.matchAll(/^### (.+)$/gm), ([, title]) => title);
    expect(sections).toEqual(alarms);
  });

  it('names outputs that the template has', () => {
    const named = Array.from(document.matchAll(/the output `(\w+)`/g), ([, name]) => name);
    expect(named).not.toEqual([]);
    for (const name of named) expect(template.Outputs).toHaveProperty(name ?? '');
  });

  it('names parameters that the template has', () => {
    const named = document.matchAll(
      /`((?:Tfc|Kms|Existing|CaBundle|Download|Reserve|Log|Vpc|Allow|SyncOverdue|Https|NoProxy|Notification)[A-Z]\w+)`/g,
    );
    for (const [, name = ''] of named) expect(template.Parameters).toHaveProperty(name);
  });

  it('says how many providers one execution holds', () => {
    expect(document).toContain(`(${MAX_PROVIDERS} providers)`);
  });

  it('names every metric that the dashboard shows of the functions', () => {
    const shown = template.Resources.Dashboard.Properties.DashboardBody.matchAll(/"ProviderSync", "(\w+)"/g);
    for (const [, name] of shown) expect(document).toContain(`\`${name}\``);
  });
});
