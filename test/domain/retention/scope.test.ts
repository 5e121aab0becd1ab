import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/domain/provider/address.ts';
import type { HeldProvider } from '../../../src/domain/retention/listed.ts';
import { isCalled, providersInScope, type ScopeInput } from '../../../src/domain/retention/scope.ts';
import { entry } from '../../application/cleanup/world.ts';

/** As a private registry holds it. */
const own = (name: string, other: Partial<HeldProvider> = {}): HeldProvider => ({
  name,
  type: name.toLowerCase(),
  address: undefined,
  own: true,
  ...other,
});

/** As a mirror holds it. */
function mirrored(text: string): HeldProvider {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return { name: text, type: address.type, address, own: true };
}

function scope(input: Partial<ScopeInput>): readonly string[] {
  const scoped = providersInScope({ held: [], entries: [], scope: 'config', ...input });
  return scoped.map(({ provider }) => provider.name);
}

const entries = (...types: readonly string[]) => types.map((type) => entry(type));

describe('the providers in scope', () => {
  const held = [own('null'), own('inhouse'), own('aws')];

  it('are those the config names', () => {
    expect(scope({ held, entries: entries('aws', 'null', 'missing') })).toEqual(['aws', 'null']);
  });

  it('are none when the config names none', () => {
    expect(scope({ held })).toEqual([]);
  });

  it('are all of the destination’s own in scope all, in alphabetical order', () => {
    expect(scope({ held, entries: entries('aws'), scope: 'all' })).toEqual(['aws', 'inhouse', 'null']);
  });

  it('include none that is not its own, even one the config names', () => {
    const reference = own('random', { own: false });
    expect(scope({ held: [reference], entries: entries('random') })).toEqual([]);
    expect(scope({ held: [reference], entries: entries('random'), scope: 'all' })).toEqual([]);
  });

  it('are found in whatever case names are written', () => {
    expect(scope({ held: [own('AWS')], entries: entries('aws') })).toEqual(['AWS']);
  });

  it('name a provider once that is listed twice', () => {
    expect(scope({ held: [own('aws'), own('aws')], scope: 'all' })).toEqual(['aws']);
  });

  it('are matched by the whole address where they are kept under it', () => {
    const [aws, fork, other] = [
      mirrored('registry.terraform.io/hashicorp/aws'),
      mirrored('registry.terraform.io/acme/aws'),
      mirrored('registry.opentofu.org/hashicorp/aws'),
    ];
    expect(scope({ held: [aws, fork, other], entries: entries('aws') })).toEqual([aws.name]);
  });

  it('come with every entry that is about them', () => {
    const [first, second] = [entry('aws'), entry('aws')];
    const scoped = providersInScope({
      held: [own('aws'), own('null')],
      entries: [first, entry('null'), second],
      scope: 'all',
    });
    expect(scoped[0]?.entries).toEqual([first, second]);
  });

  it('are never more than the destination’s own that the config names', () => {
    const name = fc.constantFrom('aws', 'null', 'inhouse', 'google');
    const any = fc.record({ name, own: fc.boolean() }).map((each) => own(each.name, each));
    const law = (listed: HeldProvider[], types: string[], all: boolean) => {
      const found = scope({ held: listed, entries: entries(...types), scope: all ? 'all' : 'config' });
      const allowed = listed.filter((one) => one.own && (all || types.includes(one.name)));
      expect(found).toEqual([...new Set(allowed.map((one) => one.name))].sort());
    };
    fc.assert(fc.property(fc.array(any), fc.uniqueArray(name), fc.boolean(), law));
  });
});

describe('a provider', () => {
  const aws = mirrored('registry.terraform.io/hashicorp/aws');

  it.each(['aws', 'AWS', 'registry.terraform.io/hashicorp/aws', 'registry.terraform.io/HashiCorp/aws'])(
    'is called %s',
    (name) => expect(isCalled(aws, name)).toBe(true),
  );

  it.each(['hashicorp', 'aw', 'registry.opentofu.org/hashicorp/aws'])('is not called %s', (name) =>
    expect(isCalled(aws, name)).toBe(false),
  );
});
