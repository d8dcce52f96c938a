import { describe, expect, it } from 'vitest';
import { changeLines, comparePackages, countChanges } from '../../src/sbom/package-changes.ts';
import type { RunImagePackages } from '../../src/sbom/run-image-packages.ts';

function known(...packages: readonly string[]): RunImagePackages {
  const read = (each: string) => /^(?<name>[^@]*)@(?<version>.*)$/.exec(each)?.groups ?? {};
  return {
    state: 'known',
    packages: packages.map(read).map(({ name = '', version = '' }) => ({ name, version })),
  };
}

const UNTOLD: RunImagePackages = { state: 'untold' };
const UNKNOWN: RunImagePackages = { state: 'unknown', reason: 'gone' };

describe('packages of two run images', () => {
  it('are compared by name, several versions of one together', () => {
    const after = known('b@2', 'c@2', 'c@1', 'd@1', 'e@1');
    expect(comparePackages(known('a@1', 'b@1', 'c@1', 'e@1'), after)).toEqual({
      state: 'compared',
      changes: [
        { kind: 'removed', name: 'a', before: '1' },
        { kind: 'changed', name: 'b', before: '1', after: '2' },
        { kind: 'changed', name: 'c', before: '1', after: '1, 2' },
        { kind: 'added', name: 'd', after: '1' },
      ],
    });
  });

  it.each([
    ['nobody tells', UNTOLD, UNTOLD, { state: 'none' }],
    ['the first does not tell', UNTOLD, known(), { reason: 'the first run image does not tell its packages' }],
    ['the second does not tell', known(), UNTOLD, { reason: 'the second run image does not tell its packages' }],
    ['the second can not be read', known(), UNKNOWN, { state: 'unknown', reason: 'gone' }],
  ])('are not compared when %s', (_, before, after, expected) => {
    expect(comparePackages(before, after)).toMatchObject(expected);
  });

  it('are counted, and the first are named', () => {
    const compared = comparePackages(known('a@1', 'bb@1', 'c@1'), known('a@2', 'bb@2', 'd@1'));
    const changes = compared.state === 'compared' ? compared.changes : [];
    expect([countChanges(changes), ...changeLines(changes, 2)]).toEqual([
      '2 packages changed, 1 added, 1 removed',
      '~ a   1 → 2',
      '~ bb  1 → 2',
      '… and 2 more',
    ]);
  });
});
