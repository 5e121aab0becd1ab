import { SyncError } from '../domain/errors.ts';
import { verifyShasumsSignature } from '../domain/integrity/verify-signature.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { formatPlatform } from '../domain/provider/platform.ts';
import { describeDifference, describeStep } from '../domain/publication/describe-step.ts';
import type { UploadStep } from '../domain/publication/plan.ts';
import type { PresentVersion } from '../domain/publication/present.ts';
import type { PreparedProvider } from './prepare-provider.ts';
import type { VerifyDifference } from './results.ts';
import type { SyncPorts } from './sync-ports.ts';

/**
 * Every difference that the registry's documents show, packages' bytes aside: what is missing, what conflicts,
 * the protocols, and whether the stored signature fits the stored SHA256SUMS by the organization's own key.
 */
export async function documentDifferences(
  ports: SyncPorts,
  prepared: PreparedProvider,
): Promise<readonly VerifyDifference[]> {
  const { present, plan, entry, version } = prepared;
  if (present.version === undefined) {
    const name = `${formatAddress(entry.address)} ${version.canonical}`;
    return [{ what: 'version-missing', message: `${name} is not in the private registry` }];
  }
  const conflicts: readonly VerifyDifference[] =
    plan.outcome !== 'conflict'
      ? []
      : plan.differences.map((found) => ({
          what: found.what,
          ...(found.platform === undefined ? {} : { platform: formatPlatform(found.platform) }),
          message: describeDifference(found),
        }));
  return [
    ...conflicts,
    ...plan.steps.map(missingFile),
    ...protocolDifferences(prepared, present.version),
    ...(await signatureDifferences(ports, prepared, present.version)),
  ];
}

/** A step that a sync would still take names a thing that is missing. */
function missingFile(step: UploadStep): VerifyDifference {
  const platform = 'package' in step ? { platform: formatPlatform(step.package.platform) } : {};
  return { what: 'file-missing', ...platform, message: `not done yet: ${describeStep(step)}` };
}

function protocolDifferences(
  { release }: PreparedProvider,
  stored: PresentVersion,
): readonly VerifyDifference[] {
  const here = stored.protocols.toSorted().join(', ');
  const upstream = release.protocols.toSorted().join(', ');
  if (here === upstream) return [];
  return [
    {
      what: 'protocols',
      message: `the version is registered for protocols ${here}, upstream says ${upstream}`,
    },
  ];
}

/** Checked with the key that the private registry will hand to Terraform, not with upstream's. */
async function signatureDifferences(
  ports: SyncPorts,
  { release, version, entry }: PreparedProvider,
  stored: PresentVersion,
): Promise<readonly VerifyDifference[]> {
  if (stored.shasums.state === 'missing' || stored.signature.state === 'missing') return [];
  const key = await ports.signingKeys.find(stored.keyId);
  try {
    await verifyShasumsSignature({
      shasums: stored.shasums.bytes,
      signature: stored.signature.bytes,
      // The built-in HashiCorp key is not listed among an organization's own.
      keys: [
        {
          claimedKeyId: stored.keyId,
          asciiArmor: key?.asciiArmor ?? release.signingKey.asciiArmor,
          source: undefined,
        },
      ],
      now: ports.clock.now(),
      subject: `${formatAddress(entry.address)} ${version.canonical} in the private registry`,
    });
    return [];
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return [{ what: 'signature', message: error.message }];
  }
}
