import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPem, parsePem } from '../../src/trust/pem.ts';

const label = fc.stringMatching(/^[A-Z0-9]{1,8}( [A-Z0-9]{1,8}){0,2}$/);
const block = fc.record({ label, bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }) });
const between = fc.constantFrom('', '\n', '\r\n', '# text\n', '\t\n', 'key = value\n');

describe('parsePem', () => {
  it('reads what formatPem wrote, in any surroundings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(between, block)),
        fc.constantFrom('\n', '\r\n', ' ', String.raw`\n`),
        (items, end) => {
          const text = items.map(([gap, { label, bytes }]) => gap + formatPem(label, bytes)).join('');
          const { blocks, problems } = parsePem(text.replaceAll('\n', end));
          expect(problems).toEqual([]);
          expect(blocks.map(({ label, bytes }) => ({ label, bytes }))).toEqual(items.map(([, written]) => written));
        },
      ),
    );
  });

  it('tells the line of each block', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), block), { minLength: 1 }), (items) => {
        const text = items.map(([gap, { label, bytes }]) => '\n'.repeat(gap) + formatPem(label, bytes)).join('');
        const lines = text.split('\n').flatMap((line, index) => (line.startsWith('-----BEGIN') ? [index + 1] : []));
        expect(parsePem(text).blocks.map(({ line }) => line)).toEqual(lines);
      }),
    );
  });

  it('reads or refuses anything, and quotes no text between the lines that begin and end a block', () => {
    const piece = fc.constantFrom(
      '-----BEGIN A-----',
      '-----END A-----',
      '-----BEGIN B-----',
      '\n',
      'QUJD',
      'c2VjcmV0!',
      '=',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { problems } = parsePem(pieces.join(''));
        expect(JSON.stringify(problems)).not.toMatch(/c2VjcmV0|QUJD/);
      }),
    );
  });

  it('loses no block without a problem', () => {
    const piece = fc.constantFrom('-----BEGIN A-----\n', '-----END A-----\n', 'QUJD\n', 'no base64\n');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { blocks, problems } = parsePem(pieces.join(''));
        const begun = pieces.filter((text) => text.includes('BEGIN')).length;
        expect(blocks.length + problems.length).toBeGreaterThanOrEqual(begun);
      }),
    );
  });
});
