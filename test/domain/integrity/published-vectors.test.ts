import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { undocumentedAlgorithmRemark } from '../../../src/domain/integrity/key-algorithm.ts';
import { readSigningKeys } from '../../../src/domain/integrity/signing-key.ts';
import { verifyShasumsSignature } from '../../../src/domain/integrity/verify-signature.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

interface Vector {
  readonly id: string;
  readonly key: string;
  readonly signature: string;
  readonly document: string;
  readonly expect: 'valid' | 'valid_but_key_expired' | 'invalid' | 'unknown_issuer' | 'malformed_signature';
  readonly terraform_key_id: string | null;
}

const folder = sharedVectors('pgp');
const NOW = new Date('2026-11-01T00:00:00Z');

const CODES = {
  invalid: 'SignatureInvalid',
  unknown_issuer: 'SigningKeyUnknown',
  malformed_signature: 'SignatureMalformed',
} as const;

function vectors(): readonly Vector[] {
  if (folder === undefined) return [];
  const file = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as { vectors: Vector[] };
  return file.vectors;
}

async function verdictOn(vector: Vector) {
  const read = (name: string) => new Uint8Array(readFileSync(join(folder ?? '', name)));
  try {
    const { signedBy, remarks } = await verifyShasumsSignature({
      shasums: read(vector.document),
      signature: read(vector.signature),
      keys: [
        {
          asciiArmor: new TextDecoder().decode(read(vector.key)),
          claimedKeyId: undefined,
          source: undefined,
        },
      ],
      now: NOW,
      subject: vector.id,
    });
    return {
      signedBy: signedBy.keyId,
      primaryExpired: remarks.some((text) => text.startsWith('Signing key')),
    };
  } catch (error) {
    if (isSyncError(error)) return { refused: error.code };
    throw error;
  }
}

function expected(vector: Vector) {
  if (vector.expect === 'valid' || vector.expect === 'valid_but_key_expired') {
    return { signedBy: vector.terraform_key_id, primaryExpired: vector.expect === 'valid_but_key_expired' };
  }
  return { refused: CODES[vector.expect] };
}

describe('signatures published by HashiCorp and others (../shared/vectors/pgp)', () => {
  it.skipIf(folder === undefined)('are there to be read', () => {
    expect(vectors().length).toBeGreaterThan(0);
  });

  it.each(vectors())('$id is $expect', async (vector) => {
    expect(await verdictOn(vector)).toEqual(expected(vector));
  });
});

describe.skipIf(folder === undefined)(
  'keys published by HashiCorp and others (../shared/vectors/pgp)',
  () => {
    const files = folder === undefined ? [] : readdirSync(join(folder, 'keys'));

    it.each(files)('%s goes out as its publisher armored it', async (file) => {
      const text = readFileSync(join(folder ?? '', 'keys', file), 'utf8').replaceAll('\r\n', '\n');
      const blocks = text.match(/-----BEGIN PGP PUBLIC KEY.*?-----END PGP PUBLIC KEY BLOCK-----/gs) ?? [];
      const armors = (await readSigningKeys(text)).map(({ asciiArmor }) => asciiArmor);
      expect(armors).toEqual(blocks.map((block) => `${block}\n`));
    });

    it('are of algorithms that HCP Terraform documents, but for one', async () => {
      const keys = await Promise.all(
        files.map((file) => readSigningKeys(readFileSync(join(folder ?? '', 'keys', file), 'utf8'))),
      );
      const others = keys.flat().filter((key) => undocumentedAlgorithmRemark(key) !== undefined);
      expect(others.map(({ keyId, algorithm }) => [keyId, algorithm])).toEqual([
        ['6540DDA046E5E135', 'Ed25519'],
      ]);
    });
  },
);
