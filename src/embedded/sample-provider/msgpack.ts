/** Thrown where a value is not known yet: Terraform writes one as an extension. */
export const UNKNOWN = Symbol('unknown');

/** A MessagePack value as plain data; what is not known is UNKNOWN. */
export function readMessagePack(bytes: Buffer): unknown {
  let at = 0;
  const take = (length: number): Buffer => {
    const part = bytes.subarray(at, at + length);
    at += length;
    return part;
  };
  const unsigned = (length: number): number => Number(`0x${take(length).toString('hex')}`);
  const text = (length: number): string => take(length).toString('utf8');
  const list = (length: number): unknown[] => Array.from({ length }, () => value());
  const map = (length: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length }, () => [String(value()), value()]));
  const extension = (length: number): symbol => {
    take(1 + length);
    return UNKNOWN;
  };
  const value = (): unknown => {
    const kind = unsigned(1);
    if (kind < 0x80) return kind;
    if (kind < 0x90) return map(kind % 16);
    if (kind < 0xa0) return list(kind % 16);
    if (kind < 0xc0) return text(kind % 32);
    if (kind >= 0xe0) return kind - 0x100;
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return text(unsigned(1));
      case 0xc5:
      case 0xda:
        return text(unsigned(2));
      case 0xc6:
      case 0xdb:
        return text(unsigned(4));
      case 0xc7:
        return extension(unsigned(1));
      case 0xc8:
        return extension(unsigned(2));
      case 0xca:
        return take(4).readFloatBE(0);
      case 0xcb:
        return take(8).readDoubleBE(0);
      case 0xcc:
        return unsigned(1);
      case 0xcd:
        return unsigned(2);
      case 0xce:
        return unsigned(4);
      case 0xcf:
        return unsigned(8);
      case 0xd0:
        return take(1).readInt8(0);
      case 0xd1:
        return take(2).readInt16BE(0);
      case 0xd2:
        return take(4).readInt32BE(0);
      case 0xd3:
        return Number(take(8).readBigInt64BE(0));
      case 0xdc:
        return list(unsigned(2));
      case 0xdd:
        return list(unsigned(4));
      case 0xde:
        return map(unsigned(2));
      case 0xdf:
        return map(unsigned(4));
      default:
        // fixext 1, 2, 4, 8 and 16.
        return extension(2 ** (kind - 0xd4));
    }
  };
  return value();
}
