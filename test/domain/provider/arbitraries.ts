import * as fc from 'fast-check';

const number = fc.oneof(fc.nat({ max: 3 }).map(String), fc.constantFrom('10', '01', '20230316224912'));
const identifier = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '01',
    '10',
    'a',
    'alpha',
    'beta',
    'rc1',
    '-',
    '1-a',
    '9007199254740993',
    '9007199254740992',
  ),
  fc.stringMatching(/^[0-9A-Za-z-]{1,4}$/),
);
const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

/** Version texts close to one another, so that their order and equality are tried. */
export const versionText = fc
  .tuple(
    fc.array(number, { minLength: 1, maxLength: 3 }),
    fc.option(identifiers, { nil: undefined }),
    fc.option(identifiers, { nil: undefined, freq: 3 }),
  )
  .map(
    ([numbers, prerelease, build]) =>
      numbers.join('.') +
      (prerelease === undefined ? '' : `-${prerelease}`) +
      (build === undefined ? '' : `+${build}`),
  );

const term = fc
  .tuple(fc.constantFrom('', '=', '!=', '>', '>=', '<', '<=', '~>'), fc.constantFrom('', ' '), versionText)
  .map(([operator, space, version]) => `${operator}${operator === '' ? '' : space}${version}`);

/** Texts of valid constraints, of one to four terms. */
export const constraintText = fc
  .tuple(fc.array(term, { minLength: 1, maxLength: 4 }), fc.constantFrom(',', ', ', ' ,\t'))
  .map(([terms, comma]) => terms.join(comma));
