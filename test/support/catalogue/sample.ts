import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Happenings } from '../../../src/domain/catalogue/form/happenings.ts';
import type {
  CatalogueDestination,
  Overview,
  ProviderRow,
  ProviderState,
  Signer,
} from '../../../src/domain/catalogue/form/overview.ts';
import type { Plots } from '../../../src/domain/catalogue/form/plots.ts';
import { CATALOGUE_FORMAT, type Made, type Pointer } from '../../../src/domain/catalogue/form/pointer.ts';
import type {
  PackageDetail,
  ProviderDetail,
  VersionDetail,
} from '../../../src/domain/catalogue/form/provider.ts';

export interface SampleSize {
  readonly providers: number;
  readonly versions: number;
  /** Puts a provider in front whose every text from outside tries to be more than text. */
  readonly hostile?: boolean;
  /** Default 2026-11-20T06:00:00.000Z. */
  readonly at?: string;
}

/** Made-up data in the catalogue's form, the same for the same size. */
export interface Sample {
  readonly pointer: Pointer;
  readonly overview: Overview;
  readonly happenings: Happenings;
  readonly plots: Plots;
  /** By the paths that the overview names. */
  readonly details: ReadonlyMap<string, ProviderDetail>;
}

/** Texts that a publisher, a key's owner or a colleague may have written. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>globalThis.pwned = true</script>',
  '"><img src=x onerror="globalThis.pwned = true">',
  "'; globalThis.pwned = true; //",
  '</script><svg/onload=globalThis.pwned=true>',
  'javascript:globalThis.pwned=true',
  '{{constructor.constructor("globalThis.pwned = true")()}}',
  `right-to-left \u{202e}gnp.exe and \u{2066}isolated\u{2069}`,
  'nul \u{0}, escape \u{1b}[31m, line\nbreak',
  `${'long '.repeat(2000)}end`,
];

const PLATFORMS = ['linux_amd64', 'darwin_arm64', 'linux_arm64', 'darwin_amd64', 'windows_amd64'];

const NAMES = 'aws azurerm google kubernetes helm random null tls vault consul nomad datadog github'.split(
  ' ',
);
const NAMESPACES = ['hashicorp', 'integrations', 'datadog', 'acme-platform', 'grafana'];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const DESTINATIONS: readonly CatalogueDestination[] = [
  {
    name: 'registry',
    kind: 'private-registry',
    description: 'the organization "acme"',
    client: { kind: 'private-registry', host: 'app.terraform.io', organization: 'acme' },
  },
  {
    name: 'mirror',
    kind: 'network-mirror',
    description: 'the mirror s3://acme-providers/mirror',
    client: {
      kind: 'network-mirror',
      url: '../',
      folder: null,
      hosts: ['registry.opentofu.org', 'registry.terraform.io'],
    },
  },
  {
    name: 'containers',
    kind: 'oci-mirror',
    description: 'the registry registry.example.com',
    client: {
      kind: 'oci-mirror',
      template: 'registry.example.com/tofu/${hostname}/${namespace}/${type}',
      hosts: ['registry.opentofu.org', 'registry.terraform.io'],
    },
  },
];

const SIGNERS: readonly Signer[] = [
  {
    keyId: '34365D9472D7468F',
    userIds: ['HashiCorp Security (hashicorp.com/security) <security@hashicorp.com>'],
  },
  { keyId: '0123456789ABCDEF', userIds: ['Acme Platform <platform@acme.example>'] },
  { keyId: 'FEDCBA9876543210', userIds: HOSTILE_TEXTS },
];

export function sampleCatalogue(size: SampleSize): Sample {
  const at = size.at ?? '2026-11-20T06:00:00.000Z';
  const made: Made = { at, run: 'run-42', by: '0.0.0', generation: '20261120_060000_sample' };
  const folder = `data/${made.generation}`;
  const header = { format: CATALOGUE_FORMAT, made } as const;
  const all = Array.from({ length: size.providers }, (_, index) =>
    provider(index, size, new Date(at), folder),
  );
  const missing = size.hostile ? [HOSTILE_TEXTS[0] ?? ''] : [];
  return {
    pointer: {
      ...header,
      overview: `${folder}/index.json`,
      happenings: `${folder}/runs.json`,
      plots: `${folder}/plots.json`,
      retired: `${folder}/retired.json`,
      assets: [],
    },
    overview: {
      ...header,
      destinations: DESTINATIONS,
      platforms: PLATFORMS,
      signers: SIGNERS,
      providers: all.map(({ row }) => row),
      bottles: ['jq', 'openssl@3', 'ripgrep'].map((name, index) => ({
        name,
        version: `${index + 1}.7.1_1`,
        tags: ['arm64_sequoia', 'sonoma', 'x86_64_linux'],
        destinations: [1],
        bytes: 1_000_000 * (index + 1),
      })),
      missing,
    },
    happenings: { ...header, ...happenings(all, new Date(at)), missing },
    plots: { ...header, ...plots(all, new Date(at)) },
    details: new Map(all.map(({ row, detail }) => [row.detail, detail])),
  };
}

/** The files of a sample without the page: what a static server needs beside it. */
export function sampleFiles(sample: Sample): ReadonlyMap<string, string> {
  const { pointer, overview, happenings, plots, details } = sample;
  return new Map(
    [
      ['catalogue.json', pointer] as const,
      [pointer.overview, overview] as const,
      [pointer.happenings, happenings] as const,
      [pointer.plots, plots] as const,
      ...details,
    ].map(([path, value]) => [path, JSON.stringify(value)]),
  );
}

export async function writeSample(folder: string, sample: Sample): Promise<void> {
  for (const [path, text] of sampleFiles(sample)) {
    const target = join(folder, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

interface SampleProvider {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
}

function provider(index: number, size: SampleSize, now: Date, folder: string): SampleProvider {
  const name = NAMES[index % NAMES.length] ?? 'aws';
  const round = Math.floor(index / NAMES.length);
  const namespace = NAMESPACES[round % NAMESPACES.length] ?? 'hashicorp';
  const type = round < NAMESPACES.length ? name : `${name}-${round}`;
  const host = index % 7 === 3 ? 'registry.opentofu.org' : 'registry.terraform.io';
  const address = `${host}/${namespace}/${type}`;
  const hostile = size.hostile === true && index === 0;
  const versions = Array.from({ length: size.versions }, (_, place) =>
    version(address, index, place, size.versions, now, hostile),
  );
  const available = versions.filter(({ states }) => states.includes('available'));
  const [newest] = available;
  const behind = index % 4;
  const newer = Array.from(
    { length: behind },
    (_, step) => `${majorOf(index)}.${size.versions + behind - step}.0`,
  );
  const states = new Set<ProviderState>(versions.flatMap((each) => each.states));
  const order: readonly ProviderState[] = [
    'recalled',
    'withdrawn',
    'needs-approval',
    'held',
    'incomplete',
    ...(behind > 0 ? (['behind'] as const) : []),
    'available',
  ];
  const detail: ProviderDetail = {
    format: CATALOGUE_FORMAT,
    address,
    requested: hostile ? (HOSTILE_TEXTS[1] ?? '') : '~> 1.0',
    newer,
    versions,
    missing: [],
  };
  const packages = versions.flatMap((each) => each.packages);
  return {
    detail,
    row: {
      address,
      detail: `${folder}/providers/${address}.json`,
      detailSha256: digest(JSON.stringify(detail)),
      newest: newest?.version ?? null,
      versions: available.length,
      platforms: (newest?.packages ?? []).map(({ platform }) => PLATFORMS.indexOf(platform)),
      destinations: (newest?.at ?? []).map(({ destination }) => destination),
      signer: hostile ? 2 : signerOf(address),
      changed: new Date(now.getTime() - index * HOUR).toISOString(),
      states: order.filter((state) => state === 'behind' || states.has(state)),
      held: versions
        .filter(({ hold }) => hold !== null)
        .map((each) => ({ version: each.version, until: each.hold?.until ?? null })),
      upstream: newer[0] ?? newest?.version ?? null,
      behind,
      bytes: packages.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    },
  };
}

function signerOf(address: string): number {
  return address.includes('/hashicorp/') ? 0 : 1;
}

function majorOf(index: number): number {
  return 1 + (index % 6);
}

/** From the first sight to being let in: a few days, now and then hours. */
function daysHeld(index: number, place: number): number {
  return place % 5 === 3 ? 0.2 : 1 + ((index * 3 + place * 2) % 7);
}

function version(
  address: string,
  index: number,
  place: number,
  count: number,
  now: Date,
  hostile: boolean,
): VersionDetail {
  const number = `${majorOf(index)}.${count - place}.0`;
  const time = (daysAgo: number) => new Date(now.getTime() - daysAgo * DAY).toISOString();
  const age = place * 14 + (index % 5);
  const held = daysHeld(index, place);
  const words = (plain: string) => (hostile ? (HOSTILE_TEXTS[place % HOSTILE_TEXTS.length] ?? plain) : plain);
  const waits = place === 0 && index % 3 === 0;
  const person = waits && index % 6 === 0;
  const recalled = place === 2 && index % 5 === 0;
  const withdrawn = place === 3 && index % 8 === 0;
  const packages = PLATFORMS.slice(0, 2 + (index % 4)).map((platform): PackageDetail => {
    const sha256 = digest(`${address} ${number} ${platform}`);
    return {
      platform,
      sha256,
      h1: `h1:${Buffer.from(digest(sha256), 'hex').toString('base64')}`,
      bytes: 5_000_000 + (index % 50) * 1_000_000,
      destinations: index % 3 === 1 ? [0, 1] : [0, 1, 2],
    };
  });
  const [state, ...states] = [
    ...(recalled ? (['recalled'] as const) : []),
    ...(withdrawn ? (['withdrawn'] as const) : []),
    ...(waits ? ([person ? 'needs-approval' : 'held'] as const) : []),
    ...(waits || recalled ? [] : (['available'] as const)),
  ];
  const approved = !waits && place % 4 === 1;
  return {
    version: number,
    states: [state ?? 'available', ...states],
    protocols: ['5.0', '6.0'],
    times: {
      published: time(age + held + 1.5),
      seen: time(age + held + 1),
      admitted: waits ? null : time(age + 1),
      delivered: waits ? null : time(age),
    },
    signer: {
      ...(SIGNERS[hostile ? 2 : signerOf(address)] ?? { keyId: '', userIds: [] }),
      fingerprint: 'AB'.repeat(20),
    },
    checks: [
      {
        check: 'signature-over-shasums',
        subject: 'SHA256SUMS',
        passed: true,
        detail: words('signed by the key'),
      },
      ...packages.map(({ platform, sha256 }) => ({
        check: 'digest-of-package',
        subject: platform,
        passed: true,
        detail: `has the SHA-256 ${sha256}`,
      })),
    ],
    remarks: place === 1 ? [words('The key expired on 2026-04-18.')] : [],
    admission: waits
      ? null
      : {
          rule: approved ? 'approved' : 'old-enough',
          at: time(age + 1),
          by: approved ? words('jane') : null,
        },
    approval: approved
      ? { by: words('jane'), at: time(age + 1), reason: words('Read the notes; needed for OPS-7.') }
      : null,
    hold: waits
      ? {
          rules: [person ? 'approval' : 'minimum-age'],
          since: time(age + held + 1),
          until: person ? null : time(-5),
          command: `provider-sync approve ${address} ${number} --reason "…"`,
        }
      : null,
    recall: recalled
      ? {
          versions: number,
          by: words('sam'),
          at: time(1),
          reason: words('Leaks credentials into the state.'),
        }
      : null,
    withdrawn: withdrawn ? time(2) : null,
    releases: [digest(`sums ${address} ${number}`)],
    packages: waits ? [] : packages,
    at:
      waits || recalled
        ? []
        : (packages[0]?.destinations ?? []).map((destination) => ({
            destination,
            complete: true,
            since: time(age),
            confirmed: time(0),
            differences:
              destination === 2 && place === 1 ? ['windows_amd64 is not here; the mirror has it.'] : [],
          })),
  };
}

function happenings(
  all: readonly SampleProvider[],
  now: Date,
): Omit<Happenings, 'format' | 'made' | 'missing'> {
  const held = all.flatMap(({ detail }) =>
    detail.versions.flatMap(({ version: text, hold }) =>
      hold === null ? [] : [{ address: detail.address, version: text, ...hold }],
    ),
  );
  const recalls = all.flatMap(({ detail }) =>
    detail.versions.flatMap(({ version: text, recall }) =>
      recall === null
        ? []
        : [
            {
              provider: detail.address,
              ...recall,
              deletes: false,
              takenOut: [
                {
                  version: text,
                  destination: 'mirror',
                  how: 'unlisted' as const,
                  at: recall.at ?? now.toISOString(),
                },
              ],
            },
          ],
    ),
  );
  const [first] = all;
  const runs = Array.from({ length: 30 }, (_, index) => {
    const ok = index % 9 !== 4;
    return {
      id: `run-${42 - index}`,
      what: 'sync',
      at: new Date(now.getTime() - index * DAY).toISOString(),
      durationMs: 20_000 + ((index * 7919) % 90) * 1000,
      ok,
      outcomes: {
        published: index % 4,
        'up-to-date': all.length - (index % 4),
        ...(ok ? {} : { failed: 1 }),
      },
      bytes: ((index * 104_729) % 400) * 1_000_000,
      failures: ok
        ? []
        : [
            {
              address: first?.detail.address ?? 'registry.terraform.io/hashicorp/aws',
              version: null,
              destination: null,
              code: 'UpstreamUnavailable',
              message: 'registry.terraform.io answered 503 five times in a row.',
            },
          ],
    };
  });
  const deletions = all.slice(0, 5).map(({ detail }) => ({
    provider: detail.address,
    version: '0.9.0',
    destination: 'mirror',
    reason: 'older than the 30 newest versions, and nothing in the config names it',
    at: new Date(now.getTime() - 7 * DAY).toISOString(),
  }));
  return { runs, held, recalls, deletions };
}

function plots(all: readonly SampleProvider[], now: Date): Omit<Plots, 'format' | 'made'> {
  return {
    behind: all
      .map(({ row }) => ({
        address: row.address,
        versions: row.behind ?? 0,
        days: (row.behind ?? 0) * 11 + (row.address.length % 10),
      }))
      .toSorted((a, b) => b.days - a.days),
    bytes: all
      .map(({ row }) => ({ address: row.address, bytes: row.bytes ?? 0 }))
      .toSorted((a, b) => b.bytes - a.bytes),
    runs: happenings(all, now)
      .runs.map(({ at, durationMs, bytes, ok }) => ({ at, durationMs, bytes, ok }))
      .toReversed(),
    holds: all
      .flatMap(({ detail }) =>
        detail.versions.flatMap(({ version: text, times, hold }) =>
          times.seen === null
            ? []
            : [
                {
                  address: detail.address,
                  version: text,
                  since: times.seen,
                  hours: Math.round(
                    (Date.parse(times.admitted ?? now.toISOString()) - Date.parse(times.seen)) / HOUR,
                  ),
                  open: hold !== null,
                },
              ],
        ),
      )
      .toSorted((a, b) => (a.since < b.since ? -1 : 1)),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
