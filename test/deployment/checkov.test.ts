import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkovTools } from './support/deployment-tools.ts';

const tools = await checkovTools();

/** Every suppression stands in the template, beside the resource, with its reason. */
const TEMPLATES = ['delivery/bootstrap.yaml', 'delivery/bootstrap-tasks.yaml'];

/** Here a suppression is about all functions alike, so it stands in this file once, with its reason. */
const SETTINGS = 'scripts/checkov-config.yaml';
const STACKS = [
  'template.yaml',
  ...(await readdir('stacks')).filter((file) => file.endsWith('.yaml')).map((file) => `stacks/${file}`),
];

interface Check {
  readonly check_id: string;
  readonly resource: string;
  /** From the project's folder, with a slash before it. */
  readonly repo_file_path: string;
}

interface Report {
  readonly results: {
    readonly failed_checks: readonly Check[];
    readonly passed_checks: readonly Check[];
    readonly skipped_checks: readonly {
      readonly check_id: string;
      readonly check_result: { readonly suppress_comment?: string };
    }[];
  };
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
}

describe.skipIf(!tools)('checkov (needs Python and pip)', { timeout: 600_000 }, () => {
  it.each(TEMPLATES)('finds nothing in %s that is not explained beside it', async (template) => {
    // Without --skip-download it asks the network, and waits.
    const format = ['--framework', 'cloudformation', '--output', 'json'];
    const json = await tools?.run('checkov', [
      '--skip-download',
      '--soft-fail',
      ...format,
      '--file',
      template,
    ]);
    const { results, summary } = JSON.parse(json ?? '') as Report;
    expect(results.failed_checks.map(({ check_id, resource }) => `${check_id} ${resource}`)).toEqual([]);
    expect(summary).toMatchObject({ parsing_errors: 0 });
    expect(summary.passed).toBeGreaterThan(10);
    for (const { check_result } of results.skipped_checks) {
      expect(check_result.suppress_comment?.length).toBeGreaterThan(20);
    }
  });

  describe(`with ${SETTINGS}`, () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-checkov-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const check = (file: string) => tools?.run('checkov', ['--config-file', SETTINGS, '--file', file]);

    it('finds nothing in any stack, and looks into each', async () => {
      // Quiet, it would not say what passed.
      const told = path.join(folder, 'config.yaml');
      const settings = await readFile(SETTINGS, 'utf8');
      await writeFile(told, settings.replace(/^quiet: true$/m, 'quiet: false'));
      const options = ['--config-file', told, '--soft-fail', '--output', 'json'];
      const json = await tools?.run('checkov', [...options, '--file', ...STACKS]);
      const { results, summary } = JSON.parse(json ?? '') as Report;
      const lineOf = ({ check_id, repo_file_path, resource }: Check) =>
        `${check_id} ${repo_file_path} ${resource}`;
      expect(results.failed_checks.map(lineOf)).toEqual([]);
      expect(summary).toMatchObject({ parsing_errors: 0 });
      const checked = new Set(results.passed_checks.map(({ repo_file_path }) => repo_file_path.slice(1)));
      expect([...checked].toSorted()).toEqual(STACKS.toSorted());
    });

    it('would find a bucket that is public', async () => {
      const Properties = { AccessControl: 'PublicRead' };
      const Resources = { Bucket: { Type: 'AWS::S3::Bucket', Properties } };
      const file = path.join(folder, 'template.json');
      await writeFile(file, JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources }));
      await expect(check(file)).rejects.toThrow('CKV_AWS_20');
    });

    it('leaves nothing out without a reason beside it', async () => {
      const lines = (await readFile(SETTINGS, 'utf8')).split('\n');
      const left: readonly string[] = parse(lines.join('\n'))['skip-check'];
      const explained = lines.flatMap((line, index) => {
        const [, id] = /^ +- (CKV\w+)$/.exec(line) ?? [];
        return id !== undefined && lines[index - 1]?.trimStart().startsWith('# ') ? [id] : [];
      });
      expect(left.length).toBeGreaterThan(0);
      expect(explained).toEqual(left);
    });
  });
});
