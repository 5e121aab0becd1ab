import { describe, expect, it } from 'vitest';
import { AWS, problemsOf } from './configs.ts';
import {
  HCP,
  MIRROR,
  OCI,
  TEMPLATE,
  withDestination,
  withLocation,
  withRepository,
} from './destination-configs.ts';

describe('a config of destinations that is wrong', () => {
  it.each<[unknown, string, string, string]>([
    [{ destinations: [MIRROR] }, '$.providers', 'The key "providers" is missing.', 'Add "providers": [{'],
    [{ providers: [] }, '$.providers', 'The array of providers is empty.', 'at least one provider'],
    [{ providers: AWS }, '$.providers', 'is an object, not an array.', 'Write [{ "provider": "aws"'],
    [{ destinations: [], providers: [AWS] }, '$.destinations', '"destinations" is empty.', 'Write ["mirror"'],
    [{ destinatoins: [MIRROR], providers: [AWS] }, '$.destinatoins', 'is unknown.', 'mean "destinations"?'],
    [{ destinations: [MIRROR], provders: [AWS] }, '$.provders', 'is unknown.', 'Did you mean "providers"?'],
    [withDestination('mirror'), '$.destinations[0]', 'is a text, not an object.', 'one object for each'],
    [
      withDestination({ name: 'x' }),
      '$.destinations[0].kind',
      'The key "kind" is missing.',
      '"network-mirror"',
    ],
    [
      withDestination({ ...MIRROR, kind: 's3' }),
      '$.destinations[0].kind',
      '"s3" is not a kind',
      'network-mirror"?',
    ],
    [withDestination({ ...MIRROR, kind: 'hcp' }), '$.destinations[0].kind', '', 'mean "private-registry"?'],
    [withDestination({ ...MIRROR, kind: 'oci-miror' }), '$.destinations[0].kind', '', 'mean "oci-mirror"?'],
    [
      withDestination({ ...MIRROR, kind: 'ftp' }),
      '$.destinations[0].kind',
      '',
      'Write one of private-registry,',
    ],
    [
      withDestination({ ...MIRROR, kind: 7 }),
      '$.destinations[0].kind',
      'is a number, not a text.',
      'in quotes',
    ],
    [
      withDestination({ ...HCP, kind: 7, name: 'A' }),
      '$.destinations[0].name',
      '"A" is not a dest',
      'lower-case',
    ],
    [
      withDestination({ ...HCP, name: 'a_b' }),
      '$.destinations[0].name',
      'is not a destination',
      'lower-case',
    ],
    [withDestination({ ...HCP, name: '-a' }), '$.destinations[0].name', 'is not a destination', 'lower-case'],
    [
      withDestination({ ...HCP, name: 'a'.repeat(65) }),
      '$.destinations[0].name',
      'is not a dest',
      'up to 64',
    ],
    [
      withDestination({ kind: 'network-mirror', name: 'm' }),
      '$.destinations[0].location',
      'is missing',
      's3://',
    ],
    [
      withDestination({ ...MIRROR, bucket: 'x' }),
      '$.destinations[0].bucket',
      'is unknown.',
      'the keys are name, kind',
    ],
    [
      withDestination({ name: 'm', kind: 'network-mirror', path: 'x' }),
      '$.destinations[0].path',
      'is unknown.',
      'Did you mean "location"?',
    ],
    [
      withDestination({ ...HCP, token: 'secret' }),
      '$.destinations[0].token',
      'The key "token" is unknown.',
      'Did you mean "token-variable"?',
    ],
    [
      withDestination({ ...HCP, organization: 'a b' }),
      '$.destinations[0].organization',
      '"a b" is not an',
      'URL',
    ],
    [
      withDestination({ ...HCP, address: 'x.com' }),
      '$.destinations[0].address',
      'is not an',
      '"https://x.com"',
    ],
    [
      withDestination({ ...HCP, address: 'ftp://x' }),
      '$.destinations[0].address',
      '"ftp://x" is not',
      'app.terraform',
    ],
    [
      withDestination({ ...HCP, address: 'http://x.com/' }),
      '$.destinations[0].address',
      'Plain http',
      '"https://x.com"',
    ],
    [
      withDestination({ ...HCP, address: 'https://u:p@x.com' }),
      '$.destinations[0].address',
      'password',
      'Take it out',
    ],
    [
      withDestination({ ...HCP, address: 'https://x.com?a=1' }),
      '$.destinations[0].address',
      'query',
      'Take it out',
    ],
    [
      withDestination({ ...MIRROR, catalogue: 'yes' }),
      '$.destinations[0].catalogue',
      'not a boolean',
      'true or false',
    ],

    [
      withDestination(withLocation('S3://acme/x')),
      '$.destinations[0].location',
      'neither an s3',
      '"s3://acme/x"',
    ],
    [
      withDestination(withLocation('https://a.com/x')),
      '$.destinations[0].location',
      'neither an s3',
      'BUCKET/PREFIX',
    ],
    [withDestination(withLocation('s3://')), '$.destinations[0].location', '"" is not a bucket', '3 to 63'],
    [
      withDestination(withLocation('s3://Acme')),
      '$.destinations[0].location',
      '"Acme" is not a bucket',
      '3 to 63',
    ],
    [
      withDestination(withLocation('s3://ab')),
      '$.destinations[0].location',
      '"ab" is not a bucket',
      '3 to 63',
    ],
    [withDestination(withLocation('s3://a..b')), '$.destinations[0].location', 'is not a bucket', '3 to 63'],
    [withDestination(withLocation('s3://a.-b')), '$.destinations[0].location', 'is not a bucket', '3 to 63'],
    [
      withDestination(withLocation('s3://192.168.5.4')),
      '$.destinations[0].location',
      'is not a bucket',
      '3 to',
    ],
    [
      withDestination(withLocation(`s3://${'a'.repeat(64)}`)),
      '$.destinations[0].location',
      'not a bucket',
      '3 to',
    ],
    [withDestination(withLocation('s3://xn--abc')), '$.destinations[0].location', 'for itself', 'own name'],
    [
      withDestination(withLocation('s3://abc-s3alias')),
      '$.destinations[0].location',
      'for itself',
      'own name',
    ],
    [
      withDestination(withLocation('s3://acme/a//b')),
      '$.destinations[0].location',
      'an empty part',
      'single slash',
    ],
    [
      withDestination(withLocation('s3://acme/../b')),
      '$.destinations[0].location',
      'the part ".."',
      'Write letters',
    ],
    [
      withDestination(withLocation('s3://acme/a b')),
      '$.destinations[0].location',
      'the part "a b"',
      'Write letters',
    ],
    [
      withDestination(withLocation(`s3://acme/${'a'.repeat(513)}`)),
      '$.destinations[0].location',
      '512',
      'Shorten',
    ],
    [withDestination(withLocation('')), '$.destinations[0].location', '"" is not the path', '"./mirror"'],
    [withDestination(withLocation(' x')), '$.destinations[0].location', 'is not the path', '"./mirror"'],
    [
      withDestination(withLocation('a\u0000b')),
      '$.destinations[0].location',
      'is not the path',
      '"./mirror"',
    ],
    [
      withDestination(withLocation('~/mirror')),
      '$.destinations[0].location',
      'begins with "~"',
      'whole path',
    ],

    [
      withDestination(withRepository(`https://${TEMPLATE}`)),
      '$.destinations[0].repository',
      'scheme',
      `"${TEMPLATE}"`,
    ],
    [
      withDestination(withRepository('tofu')),
      '$.destinations[0].repository',
      'does not begin with',
      'such as',
    ],
    [
      withDestination(withRepository('tofu/${hostname}')),
      '$.destinations[0].repository',
      'does not begin',
      'such as',
    ],
    [
      withDestination(withRepository('a.com/${host}/${namespace}/${type}')),
      '$.destinations[0].repository',
      '${host} is no part',
      'mean ${hostname}?',
    ],
    [
      withDestination(withRepository('a.com/${hostname}/${namespace}/${type}/${version}')),
      '$.destinations[0].repository',
      '${version} is no part',
      'The parts are ${hostname}',
    ],
    [
      withDestination(withRepository('a.com/${namespace}')),
      '$.destinations[0].repository',
      'leaves out ${hostname} and ${type}',
      'such as',
    ],
    [
      withDestination(withRepository('a.com/${hostname}/${namespace}/${type}:latest')),
      '$.destinations[0].repository',
      'is not a repository',
      'without a tag',
    ],
    [
      withDestination(withRepository('a.com/Tofu/${hostname}/${namespace}/${type}')),
      '$.destinations[0].repository',
      'is not a repository',
      'lower-case',
    ],

    [
      { destinations: [HCP, { ...MIRROR, name: 'hcp' }], providers: [AWS] },
      '$.destinations[1].name',
      'The name "hcp" stands already in $.destinations[0].',
      'a name of its own',
    ],
    [
      {
        destinations: [MIRROR, { ...MIRROR, name: 'm', location: 's3://acme-providers/mirror/' }],
        providers: [AWS],
      },
      '$.destinations[1]',
      'This is the same place as $.destinations[0].',
      'Remove one of them.',
    ],
    [
      { destinations: [HCP, { ...HCP, name: 'again' }], providers: [AWS] },
      '$.destinations[1]',
      'the same place as $.destinations[0].',
      'Remove',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: ['miror'] }] },
      '$.providers[0].destinations[0]',
      'There is no destination "miror".',
      'Did you mean "mirror"?',
    ],
    [
      { destinations: [HCP, MIRROR], providers: [{ ...AWS, destinations: ['hcp', 'x'] }] },
      '$.providers[0].destinations[1]',
      'There is no destination "x".',
      'The destinations are hcp, mirror.',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: ['mirror', 'mirror'] }] },
      '$.providers[0].destinations[1]',
      'The destination mirror stands already in $.providers[0].destinations[0].',
      'Remove it.',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: [] }] },
      '$.providers[0].destinations',
      '"destinations" is empty.',
      'Write ["mirror"].',
    ],
    [
      [{ ...AWS, destinations: ['mirror'] }],
      '$[0].destinations[0]',
      'There is no destination "mirror": the config names none.',
      'one object with "destinations" and "providers"',
    ],
    [
      { destinations: [OCI], providers: [{ ...AWS, hostname: 'a.com:8443' }] },
      '$.providers[0].hostname',
      '"a.com:8443" has a port',
      'Give the provider "destinations" without it.',
    ],
    [
      { destinations: [MIRROR], providers: [AWS, { ...AWS, 'allow-other-version-names': 'yes' }] },
      '$.providers[1]["allow-other-version-names"]',
      'is a text, not a boolean.',
      'true or false',
    ],
  ])('%j is told at %s: %s %s', (config, path, message, fix) => {
    const found = problemsOf(config).filter((problem) => problem.path === path);
    expect(found).toEqual([
      { path, line: 1, message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });

  it('has all its problems told at once', () => {
    const config = {
      destinations: [{ ...HCP, name: 'A' }, withLocation('ftp://x'), { ...OCI, kind: 'x' }],
      providers: [
        { ...AWS, destinations: ['mirror', 'nowhere'] },
        { ...AWS, version: '^1' },
      ],
      extra: 1,
    };
    expect(problemsOf(config).map(({ path }) => path)).toEqual([
      '$.extra',
      '$.destinations[0].name',
      '$.destinations[1].location',
      '$.destinations[2].kind',
      '$.providers[1].version',
      '$.providers[0].destinations[1]',
    ]);
  });

  it.each(['token-variable', 'token-secret'])('never repeats a token that stands in %s', (key) => {
    const token = 'aB3xY.atlasv1.s3cr3t-T0ken';
    for (const value of [token, [token], { value: token }]) {
      const [problem, ...others] = problemsOf(withDestination({ ...HCP, [key]: value }));
      expect(others).toEqual([]);
      expect(problem?.path).toBe(`$.destinations[0]["${key}"]`);
      expect(JSON.stringify(problem)).not.toContain('s3cr3t');
    }
  });

  it('never repeats a token that stands elsewhere', () => {
    const token = 'aB3xY.atlasv1.s3cr3t-T0ken';
    for (const wrong of [{ ...HCP, organization: token }, { ...HCP, name: { token } }, [token]]) {
      expect(JSON.stringify(problemsOf(withDestination(wrong)))).not.toContain('s3cr3t');
    }
  });
});
