/** A place in a JSON document as a path: `$[0].platforms[1].os`, `$["gpg-key-id"]`. */
export function jsonPath(root: string, parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => path + segment(part), root);
}

function segment(part: PropertyKey): string {
  if (typeof part === 'number') return `[${part}]`;
  const key = String(part);
  return /^[A-Za-z_$][\w$]*$/.test(key) && key.length <= 64
    ? `.${key}`
    : `[${JSON.stringify(key.slice(0, 64))}]`;
}
