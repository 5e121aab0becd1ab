import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../delivery/cloudformation/template.ts';
import {
  deploymentsOf,
  deploymentsSizesOf,
  idleNat,
  ledgerOf,
  ledgerSizesOf,
  mirrorOf,
  monthOf,
  natOf,
  sizesOf,
  type Usage,
} from '../../delivery/cost/cost.ts';
import { costDocument } from '../../delivery/cost/document.ts';
import { definition, sizedTemplate } from '../../delivery/cost/schema.ts';

const template = sizedTemplate.parse(parseTemplate(readFileSync('template.yaml', 'utf8')));
const states = definition.parse(JSON.parse(readFileSync('statemachine/provider-sync.asl.json', 'utf8')));
const sizes = sizesOf(template, states);
const ledger = ledgerSizesOf(
  template,
  sizedTemplate.parse(parseTemplate(readFileSync('stacks/ledger.yaml', 'utf8'))),
);

const deployments = deploymentsSizesOf(
  sizedTemplate.parse(parseTemplate(readFileSync('stacks/deployments.yaml', 'utf8'))),
);

const USAGE: Usage = {
  providersADay: 100,
  publishedShare: 0.1,
  gigabytesAVersion: 1,
  megabytesASecond: 64,
  secondsACheck: 2,
  kilobytesOfLogAnInvocation: 1,
  customMetrics: 0,
  mirrorMonths: 2,
};

describe('docs/cost.md', () => {
  it('is what the script computes from the template as it is (node delivery/commands/cost.ts)', () => {
    expect(readFileSync('docs/cost.md', 'utf8')).toBe(costDocument(sizes, ledger, deployments));
  });

  it('reads the sizes of the template', () => {
    expect(sizes).toMatchObject({
      checkMegabytes: 256,
      uploadMegabytes: 1_024,
      uploadDiskMegabytes: 512,
      dashboards: 1,
    });
    expect(sizes.alarmMetrics).toBeGreaterThan(10);
  });

  it('computes by hand what the script computes', () => {
    const small = { ...sizes, checkMegabytes: 512, uploadMegabytes: 1_024, uploadDiskMegabytes: 512 };
    const month = monthOf(USAGE, small);
    // 3,000 checks of 2 s in half a GB, 300 uploads of 16 s in one GB, 3,390 requests.
    expect(month.functions).toBeCloseTo((3_000 + 4_800) * 0.0000133334 + 0.00339 * 0.2, 8);
    expect(month.egress).toBeCloseTo(300 * 0.09, 8);
    const { run, upToDate, published } = sizes.transitions;
    expect(month.transitions).toBeCloseTo(
      ((3_000 * upToDate + 300 * (published - upToDate) + 30 * run) / 1_000) * 0.025,
      8,
    );
    expect(natOf(USAGE)).toBeCloseTo(730 * 0.05 + 600 * 0.045, 8);
    expect(mirrorOf(USAGE)).toBeCloseTo(600 * 0.023, 8);
  });

  it('lets a ledger cost what stands there, and what happens', () => {
    expect(ledger.keys).toBe(2);
    expect(ledger.alarmMetrics).toBeGreaterThan(5);
    const idle = ledgerOf({ ...USAGE, providersADay: 0 }, { keys: 2, alarmMetrics: 7 });
    // Two keys, seven metrics, and an hourly function for 5 s in a quarter of a GB.
    expect(idle).toBeCloseTo(2 + 0.7 + 720 * 1.25 * 0.0000133334 + 0.00072 * 0.2, 8);
    const facts = 3_000 * 3 + 300 * 20;
    const busy = ledgerOf(USAGE, { keys: 2, alarmMetrics: 7 });
    const each = 8 * 0.625e-6 + 1e-6 + 4.1 * (0.0125 * 0.0000133334 + 0.2e-6);
    expect(busy - idle).toBeCloseTo(facts * each, 8);
  });

  it('lets deployments cost what stands there', () => {
    expect(deployments).toMatchObject({ keys: 1, dashboards: 1, monitorMegabytes: 512 });
    expect(deployments.alarmMetrics).toBeGreaterThan(10);
    // A key, twelve metrics in alarms, a dashboard, twelve of its own, and 8,640 calls of 3 s in half a GB.
    expect(deploymentsOf({ keys: 1, alarmMetrics: 12, dashboards: 1, monitorMegabytes: 512 })).toBeCloseTo(
      1 + 1.2 + 3 + 3.6 + 8_640 * 1.5 * 0.0000133334 + 0.00864 * 0.2,
      8,
    );
    expect(idleNat()).toBeCloseTo(730 * 0.05, 8);
  });

  it('lets disk above 512 MB cost', () => {
    const larger = monthOf(USAGE, { ...sizes, uploadDiskMegabytes: 10_240 });
    expect(larger.functions).toBeGreaterThan(monthOf(USAGE, sizes).functions);
  });

  it('notices when the definition has other states', () => {
    expect(() => sizesOf(template, { States: {} })).toThrow('The definition has no TakeTurn');
  });
});
