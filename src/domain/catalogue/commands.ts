/** The command that lets a version in; the reason is for whoever runs it to write. */
export function approveCommand(address: string, version: string, ledgerOption: string): string {
  const words = ['provider-sync', 'approve', address, version, '--reason', '"…"'];
  return [...words, ...(ledgerOption === '' ? [] : [ledgerOption])].join(' ');
}
