import type { RunRow } from '../../domain/catalogue/form/happenings.ts';
import { list, number } from './format.ts';

const HOLD_RULES = new Map(
  Object.entries({
    approval: 'waits for a person’s approval',
    'minimum-age': 'is not old enough yet',
    'source-not-allowed': 'comes from a source that the policy does not allow',
    recalled: 'was recalled',
  }),
);

/** Why a version is not let in, in words; a rule that is not known here stands by its name. */
export function holdWords(rules: readonly string[]): string {
  return list(rules.map((rule) => HOLD_RULES.get(rule) ?? rule));
}

const ADMISSION_RULES = new Map(
  Object.entries({
    'admitted-before': 'It was let in before',
    approved: 'A person approved it',
    'old-enough': 'It was old enough',
    exempt: 'It is exempt from the minimum age',
    'no-age-asked': 'The policy asks for no age',
  }),
);

export function admissionWords(rule: string): string {
  return ADMISSION_RULES.get(rule) ?? rule;
}

/** `12 published, 3 up-to-date and 1 failed`: what changed first. */
export function outcomeWords(outcomes: RunRow['outcomes']): string {
  const order = ['failed', 'conflict', 'published', 'completed', 'held', 'refused'];
  const place = (name: string) => order.indexOf(name) + 1 || order.length + 1;
  const words = Object.entries(outcomes)
    .filter(([, times]) => times > 0)
    .toSorted(([a], [b]) => place(a) - place(b))
    .map(([name, times]) => `${number(times)} ${name}`);
  return words.length === 0 ? 'nothing to do' : list(words);
}

const KINDS = new Map(
  Object.entries({
    'private-registry': 'private registry',
    'network-mirror': 'network mirror',
    'oci-mirror': 'OCI mirror',
    bottles: 'bottle mirror',
  }),
);

export function kindWords(kind: string): string {
  return KINDS.get(kind) ?? kind;
}

const CHECKS = new Map(
  Object.entries({
    'package-digest': 'Digest of a package',
    'shasums-line-equals-registry-shasum': 'SHA256SUMS and the registry agree',
    'signature-over-shasums': 'Signature over SHA256SUMS',
    'signed-by-pinned-key': 'Signed by the key that the config pins',
  }),
);

export function checkWords(check: string): string {
  return CHECKS.get(check) ?? check;
}
