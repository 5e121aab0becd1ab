import { describe, expect, it } from 'vitest';
import { checkovTools } from './support/deployment-tools.ts';

const tools = await checkovTools();

/** Every suppression stands in the template, beside the resource, with its reason. */
const TEMPLATES = ['delivery/bootstrap.yaml'];

interface Report {
  readonly results: {
    readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[];
    readonly skipped_checks: readonly {
      readonly check_id: string;
      readonly check_result: { readonly suppress_comment?: string };
    }[];
  };
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
}

describe.skipIf(!tools)('checkov (needs Python and pip)', { timeout: 180_000 }, () => {
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
});
