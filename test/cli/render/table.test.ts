import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../src/cli/render/table.ts';

const COLUMNS = [{ title: 'PROVIDER', narrowest: 10 }, { title: 'SIZE', alignRight: true }, { title: 'KEY' }];

describe('a table', () => {
  it('lines its columns up and leaves no blanks at line ends', () => {
    const rows = [
      ['acme/anvil', '12', 'ABCD'],
      ['acme/a', '3', 'EF'],
    ];
    expect(renderTable(COLUMNS, rows, { columns: 80, color: false })).toBe(
      ['PROVIDER    SIZE  KEY', 'acme/anvil    12  ABCD', 'acme/a         3  EF'].join('\n'),
    );
  });

  it('narrows what may be narrowed and continues it below, losing nothing', () => {
    const rows = [['registry.example.com/hashicorp/aws', '12', '34365D9472D7468F']];
    const lines = renderTable(COLUMNS, rows, { columns: 50, color: false }).split('\n');
    expect(lines).toEqual([
      'PROVIDER               SIZE  KEY',
      'registry.example.com/    12  34365D9472D7468F',
      'hashicorp/aws',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
  });

  it('leaves a cell in one piece where nobody sees columns', () => {
    const address = `registry.example.com/${'long'.repeat(60)}/aws`;
    const rows = [[address, '1', 'K']];
    expect(renderTable(COLUMNS, rows, { columns: Number.POSITIVE_INFINITY, color: false })).toContain(
      address,
    );
  });

  it('has no heading when no column has a title', () => {
    const columns = [{ title: '' }, { title: '' }];
    expect(renderTable(columns, [['key id', 'AB']], { columns: 80, color: false })).toBe('key id  AB');
  });

  it('is the same text with colours and without', () => {
    const rows = [[{ text: 'failed', tone: 'bad' as const }, '1', 'K']];
    const painted = renderTable(COLUMNS, rows, { columns: 80, color: true });
    expect(painted).toContain('\u001B[31mfailed');
    expect(stripVTControlCharacters(painted)).toBe(renderTable(COLUMNS, rows, { columns: 80, color: false }));
  });

  it('shows nothing of a cell that would steer the terminal', () => {
    const rows = [['\u001B[2Jacme', '1', 'K']];
    expect(renderTable(COLUMNS, rows, { columns: 80, color: false })).not.toContain('\u001B');
  });
});
