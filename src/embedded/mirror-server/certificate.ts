import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  context,
  integer,
  octetString,
  oid,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.ts';

export interface LoopbackCertificate {
  /** PEM. A client that trusts it trusts this server alone: it is no authority over other certificates. */
  readonly certificate: string;
  /** PEM (PKCS #8). Kept in memory, made anew at every start. */
  readonly privateKey: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** No client takes a server's certificate for much longer than a year. */
const VALID_DAYS = 397;

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/**
 * A certificate for 127.0.0.1 and localhost, signed by its own key: X.509 version 3 (RFC 5280) with ECDSA over
 * P-256. Written here because Node reads certificates and makes none.
 */
export function makeLoopbackCertificate(now: Date): LoopbackCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    set(sequence(oid('2.5.4.3'), utf8String('Terraform provider synchronizer, mirror on this machine'))),
  );
  // A day back, for clocks that are behind.
  const validity = sequence(
    utcTime(new Date(now.getTime() - DAY)),
    utcTime(new Date(now.getTime() + VALID_DAYS * DAY)),
  );
  const toBeSigned = sequence(
    context(0, integer(Buffer.of(2)), 'constructed'),
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions()), 'constructed'),
  );
  const signature = sign('sha256', toBeSigned, { key: privateKey, dsaEncoding: 'der' });
  return {
    certificate: pem(sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(signature))),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(): readonly Buffer[] {
  const alternativeNames = sequence(
    context(2, Buffer.from('localhost'), 'primitive'),
    context(7, Buffer.of(127, 0, 0, 1), 'primitive'),
  );
  return [
    // basicConstraints: no authority.
    extension('2.5.29.19', sequence(), { critical: true }),
    // keyUsage: digitalSignature, the first bit.
    extension('2.5.29.15', bitString(Buffer.of(0x80), 7), { critical: true }),
    // extKeyUsage: serverAuth.
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')), { critical: false }),
    extension('2.5.29.17', alternativeNames, { critical: false }),
  ];
}

function extension(id: string, value: Buffer, { critical }: { readonly critical: boolean }): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
