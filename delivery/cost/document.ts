import {
  DEPLOYMENT_METRICS,
  type DeploymentsSizes,
  deploymentsOf,
  idleNat,
  type LedgerSizes,
  ledgerOf,
  type Month,
  mirrorOf,
  monthOf,
  natOf,
  type Sizes,
  total,
  type Usage,
} from './cost.ts';
import { PRICES, type Price } from './prices.ts';

const COMMON: Omit<Usage, 'providersADay'> = {
  publishedShare: 0.05,
  gigabytesAVersion: 0.25,
  megabytesASecond: 40,
  secondsACheck: 1.5,
  kilobytesOfLogAnInvocation: 6,
  customMetrics: 12,
  mirrorMonths: 12,
};

/** The sizes that the design document asked for: 3,008 MB and 10 GB of disk. */
const DESIGN = { uploadMegabytes: 3_008, uploadDiskMegabytes: 10_240 } as const;

const WORDS: Readonly<Record<keyof Month, string>> = {
  functions: 'functions',
  transitions: 'state transitions',
  alarmsAndMetrics: 'alarms, metrics and dashboard',
  logs: 'logs',
  secret: 'secret',
  egress: 'out to the private registry',
};

const dollars = (amount: number) => (amount > 0 && amount < 0.01 ? '< 0.01' : amount.toFixed(2));

/** docs/cost.md. */
export function costDocument(sizes: Sizes, ledger: LedgerSizes, deployments: DeploymentsSizes): string {
  const usages = [50, 1_000].map((providersADay): Usage => ({ ...COMMON, providersADay }));
  const months = usages.map((usage) => monthOf(usage, sizes));
  const asDesigned = usages.map((usage) => monthOf(usage, { ...sizes, ...DESIGN }));
  const row = (name: string, values: readonly number[]) => `| ${name} | ${values.map(dollars).join(' | ')} |`;
  const keys = Object.keys(WORDS) as readonly (keyof Month)[];
  const { published, gigabytes } = {
    published: usages.map((usage) => usage.providersADay * 30 * usage.publishedShare),
    gigabytes: usages.map(
      (usage) => usage.providersADay * 30 * usage.publishedShare * usage.gigabytesAVersion,
    ),
  };
  const prices: readonly Price[] = Object.values(PRICES);
  return `# What it costs

${leading(usages, months)}

Computed by \`node delivery/commands/cost.ts\` from the sizes in template.yaml and the prices below, which were read on
the dates beside them for us-east-1. Free tiers are not taken off. Multiply with the prices of your region before you
plan with it.

## A month, in US dollars

| | 50 providers a day | 1,000 providers a day |
|---|---:|---:|
${keys
  .map((key) =>
    row(
      WORDS[key],
      months.map((month) => month[key]),
    ),
  )
  .join('\n')}
${row('**together**', months.map(total))}
${row('in a VPC, its NAT gateway besides', usages.map(natOf))}
${row(`a mirror in S3 besides, after ${COMMON.mirrorMonths} months in which nothing was deleted`, usages.map(mirrorOf))}
${row(
  'a ledger besides, with its pipeline',
  usages.map((usage) => ledgerOf(usage, ledger)),
)}
${row(
  'deployments besides, before any is carried out',
  usages.map(() => deploymentsOf(deployments)),
)}
${row(
  'and a NAT gateway for their runners, before anything passes it',
  usages.map(() => idleNat()),
)}

## The sizes

DownloadAndUpload has ${sizes.uploadMegabytes.toLocaleString('en-US')} MB and ${sizes.uploadDiskMegabytes} MB of disk, CheckVersion ${sizes.checkMegabytes} MB. Packages are streamed, so
nothing is kept in memory or on disk. With the sizes that the design document asked for, ${DESIGN.uploadMegabytes.toLocaleString('en-US')} MB and
${DESIGN.uploadDiskMegabytes.toLocaleString('en-US')} MB of disk, the same work in the same time costs:

| | 50 providers a day | 1,000 providers a day |
|---|---:|---:|
${row(
  'functions, as they are',
  months.map(({ functions }) => functions),
)}
${row(
  'functions, as designed',
  asDesigned.map(({ functions }) => functions),
)}

Memory brings network with it, so the larger size would be faster on a link that lets it; what a transfer waits for is
usually the other end.

## What this rests on

- Every provider is checked once a day, and ${COMMON.publishedShare * 100} percent of the checks find something to publish: ${published.join(' and ')} versions a
  month, of ${COMMON.gigabytesAVersion * 1024} MB with all their platforms, so ${gigabytes.join(' and ')} GB.
- A check takes ${COMMON.secondsACheck} seconds; packages pass at ${COMMON.megabytesASecond} MB a second; an invocation logs ${COMMON.kilobytesOfLogAnInvocation} KB.
- ${sizes.transitions.run} state transitions a run, ${sizes.transitions.upToDate} a provider that is up to date, ${sizes.transitions.published} one that is published, without retries.
- ${sizes.alarmMetrics} metrics in alarms (an alarm costs as much as it looks at metrics), ${COMMON.customMetrics} metrics of its own, ${sizes.dashboards} dashboard. They cost
  the same whether anything runs or not. Two more alarms stand where \`GradualDeployment\` is \`true\`.
- With \`CreateLedger\`, ${ledger.keys} keys and ${ledger.alarmMetrics} more metrics in alarms stand there for nothing; a check makes 3 facts and a version
  that is published 20, each of 2 KB with its indexes; reading is not counted. A key costs as much again for each of its
  first two yearly rotations.
- With \`CreateDeployments\`, ${deployments.keys} key, ${deployments.alarmMetrics} metrics in alarms, ${deployments.dashboards} dashboard and ${DEPLOYMENT_METRICS} metrics of their own stand there, and the monitor
  runs every five minutes for 3 seconds. What a run costs says [deployments on AWS](deployments-aws.md#what-a-month-costs).
- Uploads leave AWS unless your Terraform Enterprise is in it. In a VPC each byte passes the NAT gateway twice, in and
  out; one gateway stands in one zone.

## The prices

| what | US dollars | for a | read at | on |
|---|---:|---|---|---|
${prices.map(({ what, dollars: amount, unit, source, date }) => `| ${what} | ${plain(amount)} | ${unit} | ${source} | ${date} |`).join('\n')}

Mails and queues cost less than a cent at these numbers.
`;
}

function plain(amount: number): string {
  return amount.toFixed(10).replace(/\.?0+$/, '');
}

/** What most of the money goes to, said first. */
function leading(usages: readonly Usage[], months: readonly Month[]): string {
  const sentences = months.map((month, index) => {
    const usage = usages[index] ?? usages[0];
    const [key, amount] = Object.entries(month).toSorted(([, left], [, right]) => right - left)[0] ?? [
      'secret',
      0,
    ];
    const share = Math.round((amount / total(month)) * 100);
    return `With ${usage?.providersADay.toLocaleString('en-US')} providers a day, **${WORDS[key as keyof Month]}** ${key === 'egress' ? 'takes' : 'take'} ${share} percent of ${dollars(total(month))} dollars a month${usage === undefined ? '' : ` (in a VPC a NAT gateway adds ${dollars(natOf(usage))})`}.`;
  });
  return sentences.join('\n');
}
