import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPath } from '../../../src/domain/config/json-path.ts';
import { linesIn, readJson } from '../../../src/domain/config/json-text.ts';

const problemsIn = (text: string) => {
  const read = readJson(text);
  return 'problems' in read ? read.problems : [];
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('readJson', () => {
  it.each(['{"a": [1, -2.5e+3, true, null, "\\u00e9\\n"], "b": {}}', '[]', '"x"', ' 0 ', '\uFEFF{"a": 1}'])(
    'reads %j as JSON.parse does',
    (text) => {
      expect(readJson(text)).toEqual({ value: JSON.parse(text.replace('\uFEFF', '')) });
    },
  );

  it.each([
    ['', 'The text is empty.', 'Write one provider object or an array of them.'],
    [' \n\uFEFF'.trimEnd(), 'The text is empty.', 'Write one provider object or an array of them.'],
    [
      '[1,\n  2,\n]',
      'in line 3, column 1, a value is expected, but there is "]"',
      'Remove the comma before it.',
    ],
    ['{"a": 1,}', 'in line 1, column 9, a key in double quotes is expected', 'Remove the comma before it.'],
    ['{"a": 1\n "b": 2}', 'in line 2, column 2, "," or "}" is expected', 'Put a comma before it.'],
    ["{'a': 1}", 'in line 1, column 2, a key in double quotes', 'Write keys and texts in double quotes.'],
    ['{a: 1}', 'in line 1, column 2, a key in double quotes', 'Write keys in double quotes.'],
    ['{“a”: 1}', 'in line 1, column 2, a key in double quotes', 'Write keys and texts in double quotes.'],
    ['{"a" 1}', 'in line 1, column 6, ":" is expected, but there is "1"', undefined],
    ['[1 // one\n]', 'in line 1, column 4, "," or "]" is expected', 'Remove the comment: JSON has none.'],
    ['# all\n[]', 'in line 1, column 1, a value is expected', 'Remove the comment: JSON has none.'],
    ['[{"a": [1', 'in line 1, column 10, "," or "]" is expected, but the text ends', 'Close every text'],
    ['["a\nb"]', 'in line 1, column 2, a value is expected, but there is a broken text', 'Close the text'],
    [
      '["C:\\path"]',
      'in line 1, column 2, a value is expected, but there is a broken text',
      'a backslash as two',
    ],
    [
      '{}\r\n{}',
      'in line 2, column 1, the end of the text is expected',
      'Put several providers into one array.',
    ],
    ['[01]', 'in line 1, column 2, a value is expected, but there is "01"', undefined],
    ['[NaN]', 'a value is expected, but there is "NaN"', undefined],
    ['['.repeat(40), 'in line 1, column 33, values nested at most 32 deep is expected', undefined],
  ])('says of %j: %s', (text, message, fix) => {
    const problems = problemsIn(text);
    expect(problems).toEqual([
      expect.objectContaining({
        path: '$',
        line: Number(/line (\d+)/.exec(message)?.[1] ?? 1),
        message: expect.stringContaining(message),
      }),
    ]);
    expect(problems[0]?.fix ?? 'none').toContain(fix ?? 'none');
  });

  it('tells every key that stands twice, with its place', () => {
    expect(problemsIn('[{"a": 1, "b-c": {"x": 1, "x": 2}, "\\u0061": 2}]')).toEqual([
      {
        path: '$[0]["b-c"].x',
        line: 1,
        message: 'The key "x" stands twice in one object (again in line 1, column 27).',
        fix: 'Remove one of them.',
      },
      {
        path: '$[0].a',
        line: 1,
        message: 'The key "a" stands twice in one object (again in line 1, column 36).',
        fix: 'Remove one of them.',
      },
    ]);
  });

  it('reads a text of a megabyte', () => {
    const long = 'x\\n'.repeat(300_000);
    expect(readJson(`["${long}"]`)).toEqual({ value: [long.replaceAll('\\n', '\n')] });
  });

  it('takes exactly what JSON.parse takes, and the same value', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'null',
      ' ',
      '\n',
      '\\',
      '\u007f',
      '\u2028',
      'x',
    );
    const soup = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
    const broken = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), pieces)
      .map(
        ([json, at, piece]) =>
          json.slice(0, at % (json.length + 1)) + piece + json.slice((at % (json.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(soup, broken, fc.json({ maxDepth: 3 })), (text) => {
        const read = readJson(text);
        const problems = 'problems' in read ? read.problems : [];
        fc.pre(!problems.some(({ message }) => message.includes('twice')));
        expect('value' in read ? read : 'refused').toEqual(
          isJson(text) ? { value: JSON.parse(text) } : 'refused',
        );
      }),
      { numRuns: 3000 },
    );
  });
});

describe('linesIn', () => {
  const text =
    '\uFEFF\n{\r\n  "a": [\r    1,\n    {"b-c":\n{}},\n  "x"],\n  "\\u0064": {"e": "\\n\\n",\n"f": 1}\n}';

  it.each([
    ['$', 2],
    ['$.a', 3],
    ['$.a[0]', 4],
    ['$.a[1]', 5],
    ['$.a[1]["b-c"]', 5],
    ['$.a[2]', 7],
    ['$.d', 8],
    ['$.d.e', 8],
    ['$.d.f', 9],
    ['$.missing', 2],
    ['$.a[1].missing.too', 5],
    ['$.d["mis\\"]sing"][7]', 8],
  ])('finds %s in line %i', (path, line) => {
    expect(linesIn(text, [path])).toEqual(new Map([[path, line]]));
  });

  it('finds every value of a text that is laid out a line each', () => {
    const laidOut = fc.array(fc.dictionary(fc.string({ maxLength: 9 }), fc.integer(), { maxKeys: 4 }));
    fc.assert(
      fc.property(laidOut, fc.constantFrom('\n', '\r\n', '\r'), (items, lineBreak) => {
        const lines = JSON.stringify(items, null, 1).replaceAll('\n', lineBreak).split(lineBreak);
        const paths = items.flatMap((item, index) =>
          Object.keys(item).map((key) => jsonPath('$', [index, key])),
        );
        const found = linesIn(lines.join(lineBreak), paths);
        for (const [index, item] of items.entries()) {
          for (const key of Object.keys(item)) {
            const line = found.get(jsonPath('$', [index, key])) ?? 0;
            expect(lines[line - 1]).toContain(`  ${JSON.stringify(key)}: ${item[key]}`);
          }
        }
      }),
    );
  });
});
