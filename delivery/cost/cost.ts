import { PRICES } from './prices.ts';
import type { Definition, SizedTemplate } from './schema.ts';

/** What a month is made of that no template says. Each stands in the document. */
export interface Usage {
  readonly providersADay: number;
  /** Of those that are checked, how many are published. */
  readonly publishedShare: number;
  readonly gigabytesAVersion: number;
  readonly megabytesASecond: number;
  readonly secondsACheck: number;
  readonly kilobytesOfLogAnInvocation: number;
  readonly customMetrics: number;
  /** After how many months the mirror is looked at. */
  readonly mirrorMonths: number;
}

/** The sizes of the stack that money depends on. */
export interface Sizes {
  readonly checkMegabytes: number;
  readonly uploadMegabytes: number;
  readonly uploadDiskMegabytes: number;
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** State transitions of a run, and of a provider that is up to date and one that is published. */
  readonly transitions: { readonly run: number; readonly upToDate: number; readonly published: number };
}

const DAYS = 30;
const HOURS = 730;

/** What a month costs, by what it is spent on, in US dollars. */
export interface Month {
  readonly functions: number;
  readonly transitions: number;
  readonly alarmsAndMetrics: number;
  readonly logs: number;
  readonly secret: number;
  readonly egress: number;
}

export function monthOf(usage: Usage, sizes: Sizes): Month {
  const checks = usage.providersADay * DAYS;
  const published = checks * usage.publishedShare;
  const gigabytes = published * usage.gigabytesAVersion;
  const uploadSeconds = published * secondsAnUpload(usage);
  const computed =
    (checks * usage.secondsACheck * sizes.checkMegabytes + uploadSeconds * sizes.uploadMegabytes) / 1024;
  const disk = (uploadSeconds * Math.max(0, sizes.uploadDiskMegabytes - 512)) / 1024;
  const invocations = checks + published + 3 * DAYS;
  const { transitions } = sizes;
  const steps = checks * transitions.upToDate + published * (transitions.published - transitions.upToDate);
  const logged = (invocations * usage.kilobytesOfLogAnInvocation) / 1024 / 1024;
  return {
    functions:
      computed * PRICES.lambda.dollars +
      disk * PRICES.lambdaDisk.dollars +
      (invocations / 1_000_000) * PRICES.lambdaRequests.dollars,
    transitions: ((steps + DAYS * transitions.run) / 1_000) * PRICES.transitions.dollars,
    alarmsAndMetrics:
      sizes.alarmMetrics * PRICES.alarmMetric.dollars +
      usage.customMetrics * PRICES.customMetric.dollars +
      sizes.dashboards * PRICES.dashboard.dollars,
    logs: logged * (PRICES.logs.dollars + PRICES.logStorage.dollars),
    secret: PRICES.secret.dollars,
    egress: gigabytes * PRICES.egress.dollars,
  };
}

function secondsAnUpload({ gigabytesAVersion, megabytesASecond }: Usage): number {
  return (gigabytesAVersion * 1024) / megabytesASecond;
}

/** In a VPC: what stands there, and each byte twice, in and out. */
export function natOf(usage: Usage): number {
  const gigabytes = usage.providersADay * DAYS * usage.publishedShare * usage.gigabytesAVersion;
  return HOURS * PRICES.natHour.dollars + 2 * gigabytes * PRICES.natGigabyte.dollars;
}

/** What of a ledger costs the same whether anything happens or not. */
export interface LedgerSizes {
  readonly keys: number;
  readonly alarmMetrics: number;
}

/** Facts of a check and of a version that is published, and what each takes of DynamoDB with its indexes. */
const FACTS = { aCheck: 3, aVersion: 20, writeUnits: 8 } as const;
/** Functions of the workflow that a fact passes, and a tenth of the one that starts it; each for 50 ms in 256 MB. */
const FACT_INVOCATIONS = 4.1;
const FACT_GIGABYTE_SECONDS = FACT_INVOCATIONS * 0.05 * 0.25;

/** A month of a ledger that CreateLedger makes, with its pipeline and the hourly KeepLedger. */
export function ledgerOf(usage: Usage, { keys, alarmMetrics }: LedgerSizes): number {
  const checks = usage.providersADay * DAYS;
  const facts = checks * FACTS.aCheck + checks * usage.publishedShare * FACTS.aVersion;
  const millions = facts / 1_000_000;
  const kept = DAYS * 24;
  return (
    keys * PRICES.key.dollars +
    alarmMetrics * PRICES.alarmMetric.dollars +
    millions * (FACTS.writeUnits * PRICES.writes.dollars + PRICES.express.dollars) +
    (facts * FACT_GIGABYTE_SECONDS + kept * 5 * 0.25) * PRICES.lambda.dollars +
    (millions * FACT_INVOCATIONS + kept / 1_000_000) * PRICES.lambdaRequests.dollars
  );
}

/** The sizes of stacks/ledger.yaml, and of what template.yaml has for a ledger. */
export function ledgerSizesOf(template: SizedTemplate, stack: SizedTemplate): LedgerSizes {
  const resources = [
    ...Object.values(stack.Resources),
    ...Object.values(template.Resources).filter(({ Condition }) => Condition === 'HasLedger'),
  ];
  return {
    keys: resources.filter(({ Type }) => Type === 'AWS::KMS::Key').length,
    alarmMetrics: metricsIn(resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')),
  };
}

/** What of deployments costs the same whether any is carried out or not. */
export interface DeploymentsSizes {
  readonly keys: number;
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly monitorMegabytes: number;
}

/** Metrics that the functions of deployments have of their own. */
export const DEPLOYMENT_METRICS = 12;
/** How long their monitor takes, every five minutes. */
const MONITOR_SECONDS = 3;

/** A month of deployments that CreateDeployments makes, in which none is carried out; without the way out. */
export function deploymentsOf({
  keys,
  alarmMetrics,
  dashboards,
  monitorMegabytes,
}: DeploymentsSizes): number {
  const calls = DAYS * 24 * 12;
  return (
    keys * PRICES.key.dollars +
    alarmMetrics * PRICES.alarmMetric.dollars +
    dashboards * PRICES.dashboard.dollars +
    DEPLOYMENT_METRICS * PRICES.customMetric.dollars +
    ((calls * MONITOR_SECONDS * monitorMegabytes) / 1024) * PRICES.lambda.dollars +
    (calls / 1_000_000) * PRICES.lambdaRequests.dollars
  );
}

/** The sizes of stacks/deployments.yaml. */
export function deploymentsSizesOf({ Resources }: SizedTemplate): DeploymentsSizes {
  const resources = Object.values(Resources);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const { MemorySize } = Resources['MonitorFunction']?.Properties ?? {};
  if (typeof MemorySize !== 'number') throw new Error('stacks/deployments.yaml has no MonitorFunction.');
  return {
    keys: ofType('AWS::KMS::Key').length,
    alarmMetrics: metricsIn(ofType('AWS::CloudWatch::Alarm')),
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    monitorMegabytes: MemorySize,
  };
}

/** A NAT gateway through which nothing passes. */
export function idleNat(): number {
  return HOURS * PRICES.natHour.dollars;
}

function metricsIn(alarms: readonly SizedTemplate['Resources'][string][]): number {
  return alarms
    .map(
      ({ Properties }) =>
        Properties?.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1,
    )
    .reduce((sum, count) => sum + count, 0);
}

/** A month of a mirror in S3 that has kept everything since `mirrorMonths` months. */
export function mirrorOf(usage: Usage): number {
  const gigabytes = usage.providersADay * DAYS * usage.publishedShare * usage.gigabytesAVersion;
  return gigabytes * usage.mirrorMonths * PRICES.storage.dollars;
}

export function total(month: Month): number {
  return Object.values(month).reduce((sum, dollars) => sum + dollars, 0);
}

const RUN = [
  'TakeTurn',
  'WhoseTurn',
  'ReadConfig',
  'InPages',
  'ProcessProviders',
  'ReportRun',
  'HowItEnded',
  'SyncCompleted',
];
const UP_TO_DATE = ['CheckVersionExists', 'ShouldProcess', 'Success'];
const PUBLISHED = ['CheckVersionExists', 'ShouldProcess', 'DownloadAndUpload', 'Success'];

/** The sizes of template.yaml with its defaults. Throws when the definition no longer has the states that are counted. */
export function sizesOf(template: SizedTemplate, definition: Definition): Sizes {
  const items = definition.States['ProcessProviders']?.ItemProcessor?.States ?? {};
  const missing = [
    ...RUN.filter((name) => !(name in definition.States)),
    ...PUBLISHED.filter((name) => !(name in items)),
  ];
  if (missing.length > 0)
    throw new Error(`The definition has no ${missing.join(', ')}: count its states anew.`);
  const propertiesOf = (name: string) => {
    const found = template.Resources[name]?.Properties;
    if (found === undefined) throw new Error(`template.yaml has no ${name}.`);
    return found;
  };
  const number = (value: number | { readonly Ref: string } | undefined): number =>
    typeof value === 'object' ? Number(template.Parameters[value.Ref]?.Default) : (value ?? 512);
  const upload = propertiesOf('DownloadAndUploadFunction');
  // Those of a condition are there only while a release comes in gradually, or when something is switched on.
  const alarms = Object.values(template.Resources).filter(
    ({ Type, Condition }) => Type === 'AWS::CloudWatch::Alarm' && Condition === undefined,
  );
  return {
    checkMegabytes: number(propertiesOf('CheckVersionFunction').MemorySize),
    uploadMegabytes: number(upload.MemorySize),
    uploadDiskMegabytes: number(upload.EphemeralStorage?.Size),
    alarmMetrics: metricsIn(alarms),
    dashboards: Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')
      .length,
    transitions: { run: RUN.length, upToDate: UP_TO_DATE.length, published: PUBLISHED.length },
  };
}
