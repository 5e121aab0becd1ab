import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  platformAnswer,
  platformPage,
  providerAnswer,
  providerPage,
  signingKeyAnswer,
  signingKeyPage,
  versionAnswer,
  versionPage,
} from '../../../src/adapters/tfe/schema.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { platformDocument, versionDocument } from './support.ts';

interface Example {
  readonly section: string;
  readonly block: string;
  readonly valid_json: boolean;
  readonly body: { readonly data: unknown };
}

const shared = sharedVectors('api/hcp');
const examples: readonly Example[] =
  shared === undefined
    ? []
    : (JSON.parse(readFileSync(join(shared, 'docs_examples.json'), 'utf8')) as Example[]);

const SCHEMAS = {
  provider: { answer: providerAnswer, page: providerPage },
  version: { answer: versionAnswer, page: versionPage },
  platform: { answer: platformAnswer, page: platformPage },
  key: { answer: signingKeyAnswer, page: signingKeyPage },
};

/** The schemas for an example's section: "Get All Versions for a Single Provider" is a page of versions. */
function schemaOf(section: string) {
  const [, member] =
    Object.entries({
      'GPG Key': SCHEMAS.key,
      'All Versions': SCHEMAS.version,
      'Provider Version': SCHEMAS.version,
      'Get a Version': SCHEMAS.version,
      Platform: SCHEMAS.platform,
      Provider: SCHEMAS.provider,
    }).find(([words]) => section.includes(words)) ?? [];
  if (!member) throw new Error(`There is no schema for "${section}".`);
  return member;
}

const answers = examples.filter(({ block, valid_json }) => valid_json && block.startsWith('Sample Response'));

describe.skipIf(shared === undefined)('the sample responses of the API documents', () => {
  it('are there', () => {
    expect(answers.length).toBeGreaterThan(12);
  });

  it.each(answers)('are read: $section, $block', ({ section, body }) => {
    const { answer, page } = schemaOf(section);
    const resources = Array.isArray(body.data) ? page.parse(body).members : [answer.parse(body)];
    expect(resources).toHaveLength(Array.isArray(body.data) ? body.data.length : 1);
  });

  it('tell uploaded files from missing ones', () => {
    const of = (section: string) =>
      examples.find((one) => one.section === section && one.block === 'Sample Response');
    const created = versionAnswer.parse(of('Create a Provider Version')?.body);
    const found = versionAnswer.parse(of('Get a Version')?.body);
    expect(created).toMatchObject({
      shasums: { uploaded: false, uploadLink: expect.any(String), downloadLink: undefined },
      signature: { uploaded: false, uploadLink: expect.any(String), downloadLink: undefined },
    });
    expect(found).toMatchObject({
      shasums: { uploaded: true, uploadLink: undefined, downloadLink: expect.any(String) },
      platformCount: 5,
    });
  });

  it('have their pages counted', () => {
    const listing = examples.find(({ section }) => section.startsWith('List Terraform Registry Providers'));
    expect(providerPage.parse(listing?.body).pagination).toEqual({
      currentPage: 1,
      nextPage: 2,
      totalCount: 169,
    });
  });
});

describe('a platform', () => {
  it.each(['registry-provider-platforms', 'registry-provider-version-platforms'])(
    'is read with the type %s',
    (type) => {
      expect(platformAnswer.parse({ data: { ...platformDocument(), type } })).toMatchObject({
        platform: { os: 'linux', arch: 'amd64' },
        filename: 'anvil.zip',
      });
    },
  );

  it.each([
    ['AB'.repeat(32), 'ab'.repeat(32)],
    ['d41d8cd98f00b204e9800998ecf8427e', '"d41d8cd98f00b204e9800998ecf8427e"'],
    ['', '""'],
    ['\u001B[2J', '"\u{FFFD}[2J"'],
    ['x'.repeat(300), `"${'x'.repeat(200)}…"`],
  ])('is read with the shasum %j', (shasum, read) => {
    expect(platformAnswer.parse({ data: platformDocument({ shasum }) })).toMatchObject({ shasum: read });
  });
});

describe('a version', () => {
  it('is read with nulls, without relationships, and with more than is documented', () => {
    const document = versionDocument({ 'created-at': null, 'key-id': null, protocols: null, extra: 1 });
    expect(versionAnswer.parse({ data: { ...document, relationships: null } })).toMatchObject({
      text: '1.0.0',
      createdAt: undefined,
      keyId: '',
      protocols: [],
      platformCount: undefined,
    });
  });

  it.each([
    [true, undefined, true],
    [null, '/download', true],
    [null, undefined, false],
    [false, '/download', false],
    [false, undefined, false],
  ])('with shasums-uploaded %j and the download link %j is uploaded: %j', (flag, link, uploaded) => {
    const links = link === undefined ? {} : { 'shasums-download': link };
    const read = versionAnswer.parse({ data: versionDocument({ 'shasums-uploaded': flag }, links) });
    expect(read.shasums.uploaded).toBe(uploaded);
  });

  it('is unknown to be uploaded where neither the document nor a link says so', () => {
    const { links: _, ...document } = versionDocument({ 'shasums-uploaded': undefined });
    expect(versionAnswer.parse({ data: document }).shasums).toEqual({
      uploaded: undefined,
      uploadLink: undefined,
      downloadLink: undefined,
    });
    expect(versionAnswer.parse({ data: document }).signature.uploaded).toBe(false);
  });
});
