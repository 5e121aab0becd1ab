/**
 * Whether `name` can be the name of a release file: one path segment without spaces. A space would be read
 * differently by Terraform, which splits a line of SHA256SUMS at white space.
 */
export function isFileName(name: string): boolean {
  return /^[^\s/\\\p{C}]+$/u.test(name) && name !== '.' && name !== '..';
}
