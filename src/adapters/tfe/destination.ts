import type { DeliveryDifference, DeliveryPlan } from '../../domain/delivery/plan.ts';
import { SyncError } from '../../domain/errors.ts';
import { undocumentedAlgorithmRemark } from '../../domain/integrity/key-algorithm.ts';
import { HASHICORP_KEY_ID } from '../../domain/integrity/signing-key.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { ByteSink } from '../../ports/bytes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Delivery, DeliveryContext, Destination } from '../../ports/destination.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { PrivateRegistry } from './contract.ts';
import { describeDifference, describeStep } from './plan/describe-step.ts';
import { judgeDocuments } from './plan/judge-documents.ts';
import type { UploadPlan, UploadStep, VersionDifference } from './plan/plan.ts';
import { planUpload } from './plan/plan-upload.ts';
import { createVersionStore } from './version-store.ts';

/** What the only destination of a config is called that names none. */
export const PRIVATE_REGISTRY = 'private-registry';

export interface PrivateRegistryDestinationOptions {
  /** The config's name for it. */
  readonly name: string;
  readonly registry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
}

interface UploadDeliveryPlan extends DeliveryPlan {
  readonly upload: UploadPlan;
}

/**
 * One organization's private registry as a destination. A version becomes visible with SHA256SUMS and its
 * signature ("Consumers cannot use new versions until all required release files are uploaded"), so these go up
 * last, and only when the registry itself shows every package.
 */
export function createPrivateRegistryDestination(
  options: PrivateRegistryDestinationOptions,
): Destination<VerifiedRelease, UploadDeliveryPlan> & VersionStore {
  const { name, registry } = options;
  const kind = 'private-registry';
  return {
    ...createVersionStore(registry, name),
    name,
    kind,
    reach: () => registry.reach(),
    inspect: async (release) => deliveryPlan(release, await inspect(options, release)),
    begin: (release, { upload }, context) => begin(options, release, upload, context),
    storedFile: ({ address, version, files }, { filename }) =>
      registry.storedPackage(address.type, version, platformOf(files, filename)),
  };
}

async function inspect(
  { registry, signingKeys, clock }: PrivateRegistryDestinationOptions,
  release: VerifiedRelease,
): Promise<UploadPlan> {
  const { keyId } = release.signingKey;
  const builtIn = keyId === HASHICORP_KEY_ID;
  const [present, key] = await Promise.all([
    registry.readProviderVersion(release.address.type, release.version),
    builtIn ? undefined : signingKeys.find(keyId),
  ]);
  const judged = await judgeDocuments({
    release,
    present: present.version,
    storedKey: key?.asciiArmor,
    now: clock.now(),
  });
  return planUpload({ release, present, signingKeyPresent: builtIn || key !== undefined, judged });
}

function deliveryPlan(release: VerifiedRelease, upload: UploadPlan): UploadDeliveryPlan {
  const differences = upload.outcome === 'conflict' ? upload.differences : [];
  return {
    outcome: upload.outcome,
    steps: upload.steps.map((step: UploadStep) => ({
      text:
        describeStep(step) + (step.kind === 'add-signing-key' ? ` (${release.signingKey.algorithm})` : ''),
      ...('package' in step ? { file: step.package.filename } : {}),
    })),
    missing: upload.steps.flatMap((step: UploadStep) =>
      step.kind === 'upload-package' ? [step.package.filename] : [],
    ),
    differences: differences.map((difference) => deliveryDifference(release, difference)),
    remarks: upload.steps.some(({ kind }) => kind === 'add-signing-key') ? keyRemarks(release) : [],
    upload,
  };
}

/** What a person should hear before the key is sent. */
function keyRemarks({ signingKey }: VerifiedRelease): readonly string[] {
  const remark = undocumentedAlgorithmRemark(signingKey);
  return remark === undefined ? [] : [remark];
}

function deliveryDifference(release: VerifiedRelease, difference: VersionDifference): DeliveryDifference {
  const { what, platform, present, upstream } = difference;
  const file =
    platform && release.files.find((pkg) => formatPlatform(pkg.platform) === formatPlatform(platform));
  return {
    what,
    ...(file === undefined ? {} : { file: file.filename }),
    present,
    wanted: upstream,
    text: describeDifference(difference),
  };
}

async function begin(
  options: PrivateRegistryDestinationOptions,
  release: VerifiedRelease,
  { steps }: UploadPlan,
  context: DeliveryContext,
): Promise<Delivery> {
  for (const step of steps) await takeOpeningStep(options, release, step, context);
  const { registry } = options;
  const {
    address: { type },
    version,
  } = release;
  const toCreate = new Set(
    steps.flatMap((step: UploadStep) => (step.kind === 'create-platform' ? [step.package.filename] : [])),
  );
  return {
    sinkFor: ({ filename }) => packageSink(registry, release, filename, toCreate.has(filename)),
    commit: async () => {
      await requirePackages(registry, release);
      for (const step of steps) {
        if (step.kind === 'upload-shasums') await registry.uploadShasums(type, version, release.shasums);
        if (step.kind === 'upload-shasums-signature') {
          await registry.uploadShasumsSignature(type, version, release.shasumsSignature);
        }
      }
    },
    // What was created stays for the next run: nothing of it is visible.
    abandon: async () => {},
  };
}

/** What comes before any package: the key, the provider, the version. */
async function takeOpeningStep(
  options: PrivateRegistryDestinationOptions,
  release: VerifiedRelease,
  step: UploadStep,
  context: DeliveryContext,
): Promise<void> {
  if (step.kind === 'add-signing-key') return await addSigningKey(options, step, context);
  if (step.kind === 'create-provider') return await options.registry.createProvider(release.address.type);
  if (step.kind === 'create-version') return await createVersion(options, release, step, context);
}

async function addSigningKey(
  { signingKeys }: PrivateRegistryDestinationOptions,
  key: { readonly keyId: string; readonly asciiArmor: string },
  { onSigningKeyAdded }: DeliveryContext,
): Promise<void> {
  if ((await signingKeys.add(key)) === 'added') onSigningKeyAdded?.(key.keyId);
}

/** HashiCorp's key is not planned to be added, but Terraform Enterprise has it built in only from v202309-1 on. */
async function createVersion(
  options: PrivateRegistryDestinationOptions,
  { address, version, signingKey }: VerifiedRelease,
  step: Extract<UploadStep, { kind: 'create-version' }>,
  context: DeliveryContext,
): Promise<void> {
  const create = () => options.registry.createVersion(address.type, version, step);
  try {
    await create();
  } catch (error) {
    const mayLackKey = error instanceof SyncError && error.code === 'DestinationRejected';
    if (!mayLackKey || step.keyId !== HASHICORP_KEY_ID) throw error;
    await addSigningKey(options, signingKey, context);
    await create();
  }
}

/** A platform is created right before its package, because the answer's upload link does not live for ever. */
function packageSink(
  registry: PrivateRegistry,
  { address, version, files }: VerifiedRelease,
  filename: string,
  toCreate: boolean,
): ByteSink {
  const { platform, sha256: shasum } = packageOf(files, filename);
  const sink = registry.packageSink(address.type, version, platform);
  let created = !toCreate;
  return {
    name: sink.name,
    send: async (body, size) => {
      if (!created) await registry.createPlatform(address.type, version, { platform, filename, shasum });
      created = true;
      await sink.send(body, size);
    },
  };
}

/** An upload that was answered well may have been stored nowhere: only what the registry shows is there. */
async function requirePackages(
  registry: PrivateRegistry,
  { id, address, version, files }: VerifiedRelease,
): Promise<void> {
  const shown = await registry.readPlatforms(address.type, version);
  const missing = files
    .map(({ platform }) => formatPlatform(platform))
    .filter((name) => !shown.some(({ platform, uploaded }) => uploaded && formatPlatform(platform) === name));
  if (missing.length === 0) return;
  throw new SyncError(
    'DestinationResponseInvalid',
    `The private registry accepted every package of ${id} but does not show ${missing.join(', ')} as uploaded, so ` +
      'the version was not made visible. Run the sync again; if it stays so, look for a proxy that answers in the ' +
      'place of the registry’s storage.',
  );
}

function packageOf(files: readonly ReleasePackage[], filename: string): ReleasePackage {
  const found = files.find((file) => file.filename === filename);
  if (found === undefined) throw new SyncError('InternalError', `The release has no file ${filename}.`);
  return found;
}

function platformOf(files: readonly ReleasePackage[], filename: string) {
  return packageOf(files, filename).platform;
}
