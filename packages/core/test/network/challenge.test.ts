import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/network/index.ts';

describe('parseChallenges', () => {
  it.each<[string, ReturnType<typeof parseChallenges>]>([
    ['', []],
    ['Basic', [{ scheme: 'basic', parameters: {} }]],
    ['Basic realm="r"', [{ scheme: 'basic', parameters: { realm: 'r' } }]],
    ['BEARER Realm="r",SERVICE=s', [{ scheme: 'bearer', parameters: { realm: 'r', service: 's' } }]],
    [
      'Bearer realm="https://a/t",service="s",scope="repository:a:pull,push"',
      [{ scheme: 'bearer', parameters: { realm: 'https://a/t', service: 's', scope: 'repository:a:pull,push' } }],
    ],
    ['Bearer realm = "r" , service="s"', [{ scheme: 'bearer', parameters: { realm: 'r', service: 's' } }]],
    ['Bearer realm="a \\"b\\" \\\\c"', [{ scheme: 'bearer', parameters: { realm: 'a "b" \\c' } }]],
    [
      'Bearer realm=https://a/t?x=y,service=s',
      [{ scheme: 'bearer', parameters: { realm: 'https://a/t?x=y', service: 's' } }],
    ],
    ['Bearer realm="a",realm="b"', [{ scheme: 'bearer', parameters: { realm: 'a' } }]],
    [
      'Basic realm="a", Bearer realm="b"',
      [
        { scheme: 'basic', parameters: { realm: 'a' } },
        { scheme: 'bearer', parameters: { realm: 'b' } },
      ],
    ],
    [
      'Negotiate, Basic realm="a"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'a' } },
      ],
    ],
    [
      'Negotiate YWJj==, Basic realm="a"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'a' } },
      ],
    ],
    [', ,Basic realm="a",,', [{ scheme: 'basic', parameters: { realm: 'a' } }]],
    [
      'Basic realm="a", Bearer realm="b',
      [
        { scheme: 'basic', parameters: { realm: 'a' } },
        { scheme: 'bearer', parameters: {} },
      ],
    ],
    ['"quoted"', []],
  ])('reads %s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  it('reads back whatever is written by the grammar', () => {
    const token = fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,8}$/);
    const parameters = fc.uniqueArray(fc.tuple(token, fc.string()), {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    });
    const challenges = fc.array(fc.record({ scheme: token, parameters }), { maxLength: 4 });
    fc.assert(
      fc.property(challenges, (list) => {
        const header = list
          .map(
            ({ scheme, parameters }) =>
              `${scheme} ${parameters.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`,
          )
          .join(', ');
        const expected = list.map(({ scheme, parameters }) => ({ scheme, parameters: Object.fromEntries(parameters) }));
        expect(parseChallenges(header)).toEqual(expected);
      }),
    );
  });

  it('ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'B', '"', '\\', '=', ',', ' ', '\t', '/', '\n') }),
        (header) => {
          expect(parseChallenges(header).length).toBeLessThanOrEqual(header.length);
        },
      ),
    );
  });
});

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
