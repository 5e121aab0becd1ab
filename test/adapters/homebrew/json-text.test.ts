import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOfString,
  elementsOf,
  membersOf,
  NotJson,
  parseText,
} from '../../../src/adapters/homebrew/json-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const laidOut = fc.constantFrom(undefined, 1, '\t', '\r\n ');

describe('a JSON text that is read in parts', () => {
  it('has the members that it has when it is parsed whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), laidOut, (value, space) => {
        const text = ` ${JSON.stringify(value, null, space)}\n`;
        const parts = [...membersOf(bytes(text))].map((each) => [each.key, parseText(each.value)] as const);
        expect(parts).toEqual(Object.entries(JSON.parse(text) as object));
      }),
    );
  });

  it('has the elements that it has when it is parsed whole', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), laidOut, (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect([...elementsOf(bytes(text))].map(parseText)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('has strings of the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (value, escaped) => {
        const plain = JSON.stringify(value);
        const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
        const text = escaped ? plain.replaceAll(/[\u0080-\uffff/]/g, unit) : plain;
        expect(Buffer.from(bytesOfString(bytes(text))).toString()).toBe(value.toWellFormed());
      }),
    );
  });

  it.each(['"a', 'a"', '"a" b', '"\\x"', '"\\u12g4"', '"\n"', '"\\', '1'])(
    'is no string when it is %j',
    (text) => {
      expect(() => bytesOfString(bytes(text))).toThrow(NotJson);
    },
  );

  it.each(['', '[', '{}', '[1', '[1,', '[1,]', '[,]', '[1 2]', '[1] x', '["a]', '[[1]', 'x'])(
    'is no array when it is %j',
    (text) => {
      expect(() => [...elementsOf(bytes(text))].map(parseText)).toThrow(NotJson);
    },
  );

  it.each(['', '{', '[]', '{"a"}', '{"a":}', '{"a":1,}', '{a:1}', '{"a":1} x', '{"a":1 "b":2}', '{"a":{}'])(
    'is no object when it is %j',
    (text) => {
      expect(() => [...membersOf(bytes(text))].map(({ value }) => parseText(value))).toThrow(NotJson);
    },
  );
});
