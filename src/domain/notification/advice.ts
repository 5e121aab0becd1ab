import type { ErrorCode } from '../errors.ts';
import type { ReceivedError } from './received-error.ts';

const WAIT_AND_RERUN =
  'Nothing needs to be changed: the next run goes on where this one stopped. If it keeps failing,';
const ASK_PUBLISHER =
  "Do not work around this check. Compare with the publisher's own release page and ask the publisher; if the release is cut again, the next run takes it.";
const REPORT = 'This looks like a fault of the program. Report it with the log of this execution.';

/** What to try, by error code. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  ArgumentsInvalid: 'Correct the input of the execution as the message says, and start it again.',
  SettingsInvalid: 'Correct the parameters of the stack that the message names, and deploy it again.',
  ConfigInvalid:
    'Correct every problem listed above in the config and upload it again; the upload starts a new run. The previous version is still in the bucket if you want it back.',
  ConfigNotFound: 'Upload the config to the bucket and key named above; the upload starts a run.',
  ConfigUnreadable:
    'Check that the config is at the bucket and key named above: S3 answers alike when it is not there. Then check what its bucket policy and, if it is encrypted with a KMS key, that key allow.',
  ConfigTooLarge: 'Move some of the providers to the config of a second stack.',
  CaBundleUnreadable:
    'Put the PEM certificates into the secret that CaBundleSecretName names, each from BEGIN CERTIFICATE to END CERTIFICATE.',
  SecretUnreadable:
    'Check that the secret named above exists in this region, has a value (the raw token, or JSON with a field "token"), and is encrypted with a key that the function may use.',
  AddressRefused:
    'Use an https address without a user name, and correct it where the message says. A host with a private address must be named in AllowHosts.',
  ProviderNotFound:
    'Check namespace and provider in the config for spelling, and whether the publisher withdrew it.',
  VersionNotFound: 'Choose a version the registry lists, or widen the constraint in the config.',
  PlatformNotFound:
    'Take the platform out of the config, or choose a version that was released for it: older releases often lack darwin_arm64.',
  TokenRejected:
    'Create a new API token and put it into the secret. It is read again at the latest five minutes later; then start the sync again.',
  AccessDenied:
    "Give the token's team the permission to manage private registry providers, then start the sync again.",
  OrganizationNotFound:
    'Check TfcOrganization and TfcAddress of the stack, and that the token belongs to the organization.',
  ConfirmationRequired: 'Run the command on a terminal, or confirm with --yes.',
  RetentionBrakeApplied:
    'Look at what the cleanup would delete (run it dry). If that is right, raise CleanupMaxShare or CleanupMaxCount (of bottles: BottlesCleanupMaxShare) for one run; if not, correct the retention settings. Nothing was deleted.',
  LockFileInvalid:
    'Mend the line of .terraform.lock.hcl that the message names, or delete the file and let it be written anew.',
  BundleOutOfOrder:
    'Import the bundles in the order in which they were exported. Take an older one only when going back is what you want, with --allow-older.',
  DeploymentNotFound: 'Check the id: "provider-sync deployments list" shows those that there are.',
  DeploymentConflict:
    'Look at the request as it is now ("provider-sync deployments show ID") and decide again: somebody or something changed it in between.',
  DeploymentInvalid:
    'Correct every problem listed above in the inputs, or in the folder of the kind, and ask again. Nothing was started.',
  DeploymentCancelled:
    'Look at what is half done ("provider-sync deployments show ID"), then retry or destroy. Both begin with a new plan.',
  PlanRefused:
    'The module or its plan does what the kind does not allow. Nothing was applied. Change the module, or what kind.json allows, after a review.',
  PlanStale:
    'The state moved on after the plan was made. Retry: a new plan is made, and approved anew where that is asked for.',

  UpstreamUnavailable: `${WAIT_AND_RERUN} look at the status page of the public registry, at the network's way out, and, where a connection is refused or never comes about, at the address and port.`,
  UpstreamUnreachable:
    "Somebody must change what the message names, and no later run helps before that: the hostname in the config, the network's way out (firewall, HttpsProxy), or the certificate authorities in CaBundleSecretName.",
  UpstreamResponseInvalid:
    'The public registry answered something that its protocol does not allow. A proxy or a captive portal in between is the usual cause: check what the function reaches.',
  ReleaseFileMissing:
    'The registry lists a file that it does not have. Choose another version, or wait until the publisher has completed the release.',
  ProtocolsUnsupported:
    'The private registry accepts plugin protocols 4 to 6 only. Choose another version of the provider.',
  ShasumsMalformed: ASK_PUBLISHER,
  ShasumsEntryMissing: ASK_PUBLISHER,
  ShasumMismatch: ASK_PUBLISHER,
  PackageVersionMismatch:
    'The file that the registry gives for this version is by its signed name another version, so an old release may stand in its place. Ask the publisher; if the file is right, set allow-other-version-names for the provider.',
  DigestMismatch: `The package that arrived is not the one that was signed; nothing was published. A damaged mirror or a proxy in between may be the cause. ${ASK_PUBLISHER}`,
  SignatureMalformed: ASK_PUBLISHER,
  SignatureInvalid: ASK_PUBLISHER,
  SigningKeyMalformed: ASK_PUBLISHER,
  SigningKeyUnknown: ASK_PUBLISHER,
  SigningKeyRevoked: `The publisher's key was revoked, so its signatures prove nothing. ${ASK_PUBLISHER}`,
  SigningKeyUnusable: ASK_PUBLISHER,
  SigningKeyNotPinned:
    'The release is signed by another key than the config pins. Confirm the new key with the publisher on another way before you change gpg-key-id.',
  BundleInvalid:
    'Do not use this bundle: it is damaged or was changed on its way. Export it again, and compare its digest on both sides.',

  DestinationUnavailable: `${WAIT_AND_RERUN} look at the status page of HCP Terraform, or at your Terraform Enterprise and the network to it.`,
  DestinationUnreachable:
    'Somebody must change what the message names, and no later run helps before that: TfcAddress, the network to it (subnets, security groups, HttpsProxy), or the certificate authorities in CaBundleSecretName.',
  DestinationResponseInvalid:
    'The private registry answered something that its API does not allow. A proxy in between or a wrong TfcAddress is the usual cause.',
  DestinationRejected:
    'Read what the private registry says above. Check that the organization may have private providers.',
  DestinationNotFound: 'Somebody may have deleted it during the run. Start the sync again.',
  ListingIncomplete:
    'The list changed while it was read, or is incomplete. Nothing was deleted. Start again later.',
  VersionConflict:
    'The private registry has this version with other contents, and nothing is ever overwritten. Find out who published it; if upstream is right, delete the version in the private registry and start the sync again.',
  CleanupFailed: `${WAIT_AND_RERUN} look at what the registries say above.`,

  ServiceUnavailable: `${WAIT_AND_RERUN} look at the status page of AWS and at the network's way to its services.`,
  ServiceUnreachable:
    "Somebody must change the network's way to the service of AWS that the message names: in a VPC it needs an endpoint or a NAT gateway, and a name server that knows it.",
  DeadlineNear: `${WAIT_AND_RERUN} raise DownloadAndUploadMemorySize, which also brings more network.`,
  Interrupted: 'Start the run again; it goes on where this one stopped.',
  RunnerLost:
    'The process that carried the run out is gone. Look at what is half done ("provider-sync deployments show ID"), then retry or destroy.',
  StateRefused:
    'Bring the state back first: an older version of the object, or the state that a run kept beside it. Nothing was planned and nothing was changed.',
  TerraformFailed:
    'Read the log ("provider-sync deployments logs ID"), mend what it names, and retry or destroy. Both begin with a new plan.',
  SigningKeyUnsupported:
    'The key is of a kind that this program cannot check; nothing is known to be wrong with the release. Ask the publisher for a release signed with RSA, and report the key to whoever maintains this system.',
  NotificationFailed:
    "Check the topic's policy and, if it is encrypted, the key's policy; for Slack, the webhook as the message says.",
  InternalError: REPORT,
};

/** What to try for errors that are not ours, by the beginning of their names. */
const FOREIGN_ADVICE: readonly (readonly [string, string])[] = [
  [
    'Lambda.TooManyRequests',
    "Too many functions ran at once. Start the sync again, or raise the account's concurrency limit.",
  ],
  ['Lambda.KMS', 'The function could not use the KMS key. Check that the key is enabled and its policy.'],
  ['Lambda.ENI', 'The subnets have no free addresses. Give the stack larger subnets.'],
  ['Lambda.Subnet', 'The subnets have no free addresses. Give the stack larger subnets.'],
  [
    'Sandbox.Timedout',
    "The function took too long. Check the network's way to the registries: in a VPC a missing NAT gateway or endpoint shows like this.",
  ],
  [
    'States.Timeout',
    "The function took too long. Check the network's way to the registries: in a VPC a missing NAT gateway or endpoint shows like this.",
  ],
  ['Runtime.', 'The function ended unexpectedly, often for lack of memory. Raise its memory.'],
  [
    'PageBrokeOff',
    'The execution of one page of the run ended early; the console shows it beside the execution named below. Start the sync again: it does only what is missing.',
  ],
  ['Lambda.', `${WAIT_AND_RERUN} look at the status page of AWS Lambda.`],
];

export function adviceFor({ name, code }: ReceivedError): string {
  if (code !== undefined) return ADVICE[code];
  return FOREIGN_ADVICE.find(([beginning]) => name.startsWith(beginning))?.[1] ?? REPORT;
}
