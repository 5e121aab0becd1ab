import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutMembers } from '../../../src/adapters/terraform-registry/json-members.ts';
import { readVersions } from '../../../src/adapters/terraform-registry/versions-document.ts';
import { documentOf } from './support.ts';

function split(text: string): { readonly members: readonly string[]; readonly beside: string | undefined } {
  const members: string[] = [];
  const beside = withoutMembers(Buffer.from(text), 'versions', (member) => {
    members.push(Buffer.from(member).toString());
  });
  return { members, beside: beside && Buffer.from(beside).toString() };
}

describe('the members of a JSON array', () => {
  it.each([
    ['{"versions":[]}', [], '{"versions":[]}'],
    ['{"versions": [ ] , "id":"x"}', [], '{"versions": [] , "id":"x"}'],
    [
      '{"id":"x","versions":[{"a":[1,2]},{"b":"],}"}],"z":1}',
      ['{"a":[1,2]}', '{"b":"],}"}'],
      '{"id":"x","versions":[],"z":1}',
    ],
    ['{"a":{"versions":[1]},"versions":[2]}', ['2'], '{"a":{"versions":[1]},"versions":[]}'],
    ['{"x":"versions","y":[1]}', [], '{"x":"versions","y":[1]}'],
    ['{"\\u0076ersions":[1]}', ['1'], '{"\\u0076ersions":[]}'],
    ['{"versions":null}', [], '{"versions":null}'],
    ['{"versions":["a\\"],",2]}', ['"a\\"],"', '2'], '{"versions":[]}'],
    ['[{"versions":[1]}]', [], '[{"versions":[1]}]'],
  ])('of %s are told apart', (text, members, beside) => {
    expect(split(text)).toEqual({ members, beside });
  });

  it('are not taken from two arrays of one name', () => {
    expect(split('{"versions":[1],"versions":[2]}').beside).toBeUndefined();
  });

  it('and what stands beside them are the same JSON as the whole (a law)', () => {
    const value = fc.record({
      id: fc.string(),
      versions: fc.array(fc.jsonValue()),
      more: fc.jsonValue(),
    });
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 3), (whole, indent) => {
        const { members, beside } = split(JSON.stringify(whole, undefined, indent));
        const parsed = { ...JSON.parse(beside ?? ''), versions: members.map((text) => JSON.parse(text)) };
        expect(JSON.stringify(parsed)).toBe(JSON.stringify(whole));
      }),
    );
  });

  it('make JSON of no text that is none (a law)', () => {
    const json = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"versions"', '1', ' ', '\\'), {
      maxLength: 14,
    });
    fc.assert(
      fc.property(json, (parts) => {
        const text = parts.join('');
        const isJson = (each: string) => {
          try {
            JSON.parse(each);
            return true;
          } catch {
            return false;
          }
        };
        const { members, beside } = split(text);
        if (beside === undefined) return;
        expect(isJson(beside) && members.every(isJson)).toBe(isJson(text));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a document of versions', () => {
  const platforms = [{ os: 'linux', arch: 'amd64' }];
  const many = (count: number) =>
    `{"id":"a/b","versions":[${Array.from({ length: count }, (_, n) => JSON.stringify({ version: `1.0.${n}`, protocols: ['5.0'], platforms })).join()}]}`;

  it('shares what most versions have in common', () => {
    const [first, second] = readVersions(documentOf(many(2)));
    expect(first).toMatchObject({ version: { text: '1.0.0' }, platforms, protocols: ['5.0'] });
    expect(first?.platforms).toBe(second?.platforms);
    expect(first?.protocols).toBe(second?.protocols);
  });

  it.each([
    ['more versions than any publisher has', many(10_001), /lists more than 10000 versions/],
    [
      'one version without end',
      `{"versions":[{"version":"1.0.0","x":"${'x'.repeat(1024 * 1024)}"}]}`,
      /longer than/,
    ],
    ['much beside its versions', `{"versions":[],"x":"${'x'.repeat(1024 * 1024)}"}`, /beside its versions/],
    ['versions twice', '{"versions":[],"versions":[]}', /twice/],
    ['a version that is cut', '{"versions":[{"version":"1.0.0"},{"version', /bytes that are not JSON/],
    ['a missing version', '{"versions":[{"version":"1.0.0"},]}', /bytes that are not JSON/],
    ['something after its end', '{"versions":[]} secret words', /bytes that are not JSON/],
  ])('with %s is refused, and not quoted', (_, text, message) => {
    const read = () => readVersions(documentOf(text));
    expect(read).toThrow(
      expect.objectContaining({
        code: 'UpstreamResponseInvalid',
        message: expect.stringMatching(message),
      }),
    );
    expect(read).not.toThrow(/secret words/);
  });
});
