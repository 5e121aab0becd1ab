import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HclBlock, readHclBlocks } from '../../../src/domain/deployment-request/kind/hcl-blocks.ts';

const read = (text: string): readonly HclBlock[] => {
  const found = readHclBlocks(text);
  if ('problem' in found) throw new Error(JSON.stringify(found.problem));
  return found.blocks;
};
const outline = (blocks: readonly HclBlock[]): unknown =>
  blocks.map(({ type, labels, line, blocks: inner }) => [
    line,
    [type, ...labels].join(' '),
    ...[outline(inner)].filter((each) => (each as []).length > 0),
  ]);

describe('the blocks of HCL', () => {
  it('are found at every depth, with their lines', () => {
    const text = `# resource "not" "one" {}
resource "a_b" "c" {
  text = "}" // {
  list = [for each in var.all : { x = "\${each}}" }]
  inner {
    provisioner "local-exec" { command = "x" }
  }
}
/* data "external" "no" {} */ module m { source = "./net" }
`;
    expect(outline(read(text))).toEqual([
      [2, 'resource a_b c', [[5, 'inner', [[6, 'provisioner local-exec']]]]],
      [9, 'module m'],
    ]);
    expect(read(text)[1]?.attributes.get('source')).toBe('./net');
    expect(read(text)[0]?.attributes.get('list')).toBeUndefined();
  });

  it.each([
    ['a heredoc', 'locals {\n  a = <<EOT\ndata "external" "x" {\nEOT\n}\ndata "external" "y" {}\n'],
    ['an indented heredoc', 'locals {\n  a = <<-EOT\n    } {{\n    EOT\n}\ndata "external" "y" {}\n'],
    ['a heredoc in a call', 'locals {\n  a = trimspace(<<EOT\n") }\nEOT\n  )\n}\ndata "external" "y" {}\n'],
    ['templates in templates', 'locals {\n  a = "x${"${"}"}"}{"\n}\ndata "external" "y" {}\n'],
    ['escaped templates', 'locals {\n  a = "$${ \\" %%{ }"\n}\ndata "external" "y" {}\n'],
    ['carriage returns', 'locals {\r\n  a = <<EOT\r\n}\r\nEOT\r\n}\r\ndata "external" "y" {}\r\n'],
    ['a byte order mark', '\uFEFFlocals {}\ndata "external" "y" {}\n'],
  ])('are not hidden by %s', (_, text) => {
    expect(read(text).map(({ type, labels }) => [type, ...labels].join(' '))).toEqual([
      'locals',
      'data external y',
    ]);
  });

  it.each([
    ['a block that does not end', 'resource "a" "b" {\n', 'does not end'],
    ['a text that does not end', 'locals {\n a = "x\n}', 'does not end'],
    ['a heredoc that does not end', 'locals {\n a = <<EOT\n}\n', 'does not end'],
    ['a comment that does not end', '/* data', 'does not end'],
    ['a bracket that closes nothing', 'locals {\n a = )\n}', 'closes nothing'],
    ['a template as a label', 'data "${x}" "y" {}', 'template'],
    ['nothing that is HCL', '@', 'expected a name'],
    ['nesting without an end', `a ${'{ b '.repeat(200)}`, 'too deeply'],
  ])('are refused as a whole for %s', (_, text, why) => {
    expect(readHclBlocks(text)).toMatchObject({ problem: { message: expect.stringContaining(why) } });
  });

  it('are read or refused, never a crash', () => {
    const piece = fc.constantFrom(
      'a',
      '"',
      '{',
      '}',
      '${',
      '%{',
      '\n',
      '=',
      '<<EOT\n',
      'EOT',
      '#',
      '/*',
      '\\',
      '(',
      ']',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const found = readHclBlocks(pieces.join(''));
        expect('blocks' in found || found.problem.line >= 1).toBe(true);
      }),
    );
  });
});
