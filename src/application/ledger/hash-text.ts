import { createHash } from 'node:crypto';
import type { HashText } from '../../domain/ledger/entry.ts';

export const hashText: HashText = (text, previous) => {
  const hash = createHash('sha256');
  if (previous !== undefined) hash.update(previous, 'hex');
  return hash.update(text, 'utf8').digest('hex');
};
