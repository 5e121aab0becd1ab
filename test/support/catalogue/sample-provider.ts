import { createHash } from 'node:crypto';
import type { ProviderRow, ProviderState, Signer } from '../../../src/domain/catalogue/form/overview.ts';
import { CATALOGUE_FORMAT } from '../../../src/domain/catalogue/form/pointer.ts';
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

export const PLATFORMS = ['linux_amd64', 'darwin_arm64', 'linux_arm64', 'darwin_amd64', 'windows_amd64'];

export const SIGNERS: readonly Signer[] = [
  {
    keyId: '34365D9472D7468F',
    userIds: ['HashiCorp Security (hashicorp.com/security) <security@hashicorp.com>'],
  },
  { keyId: '0123456789ABCDEF', userIds: ['Acme Platform <platform@acme.example>'] },
  { keyId: 'FEDCBA9876543210', userIds: HOSTILE_TEXTS },
];

const NAMES = 'aws azurerm google kubernetes helm random null tls vault consul nomad datadog github'.split(
  ' ',
);
const NAMESPACES = ['hashicorp', 'integrations', 'datadog', 'acme-platform', 'grafana'];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface SampleProvider {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
}

export function provider(index: number, size: SampleSize, now: Date, folder: string): SampleProvider {
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

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
