import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/network/index.ts';
import { describeStatus, parseErrorBody } from '../../src/registry/error.ts';
import { parseRetryAfter } from '../../src/registry/rate-limit.ts';
import { coversScopes, formatScope, mergeScopes, parseScopes } from '../../src/registry/scope.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');

describe('Retry-After', () => {
  it('in seconds is as long', () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) => {
        expect(parseRetryAfter(` ${seconds} `, NOW)).toBe(seconds * 1000);
      }),
    );
  });

  it('as a date is the time until then', () => {
    const seconds = fc.integer({ min: -1_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(seconds, (offset) => {
        const date = new Date(NOW + offset * 1000).toUTCString();
        expect(parseRetryAfter(date, NOW)).toBe(Math.max(0, offset * 1000));
      }),
    );
  });

  it('is a time or nothing, whatever it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('Sat, ', '21 ', 'Nov ', '2026 ', '10:00:00 ', 'GMT', '-', '1e9', '9'.repeat(400)))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (header) => {
        expect(parseRetryAfter(header, NOW) ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('challenges', () => {
  const piece = fc.constantFrom(
    'Bearer',
    ' ',
    'realm',
    '=',
    '"',
    'https://a/b?c=d',
    ',',
    'scope',
    '\\',
    '__proto__',
    'Negotiate',
    'dG9rZW4=',
    'é',
    '\t',
  );

  it('are read from anything, and none without the name of its scheme', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (header) => {
          for (const { scheme, parameters } of parseChallenges(header)) {
            expect(scheme).not.toBe('');
            expect(Object.values(parameters).every((value) => typeof value === 'string')).toBe(true);
          }
        },
      ),
    );
  });
});

describe('scopes', () => {
  const action = fc.constantFrom('pull', 'push', 'delete', '*');
  const scope = fc.record({
    resource: fc.constantFrom('repository:a', 'repository:host:5000/a', 'registry:catalog'),
    actions: fc.uniqueArray(action, { minLength: 1 }).map((actions) => actions.sort()),
  });
  const scopes = fc.uniqueArray(scope, { selector: ({ resource }) => resource });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(scopes, (list) => {
        expect(parseScopes(list.map(formatScope).join(' '))).toEqual(list);
      }),
    );
  });

  it('cover what they were merged from', () => {
    fc.assert(
      fc.property(scopes, scopes, (one, other) => {
        const merged = mergeScopes(one, other);
        expect(coversScopes(merged, one) && coversScopes(merged, other)).toBe(true);
      }),
    );
  });

  it('are read from anything, and what is read is written so again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('a:, *é')) }), (text) => {
        const read = parseScopes(text);
        expect(parseScopes(read.map(formatScope).join(' '))).toEqual(read);
      }),
    );
  });
});

describe("an error's body", () => {
  const body = fc.oneof(
    fc.uint8Array(),
    fc
      .record(
        { errors: fc.anything(), error: fc.anything(), details: fc.anything(), error_description: fc.string() },
        { requiredKeys: [] },
      )
      .map((value) =>
        Buffer.from(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? null : item))),
      ),
    fc
      .jsonValue()
      .map((errors) => Buffer.from(JSON.stringify({ errors: [errors, { code: errors, message: errors }] }))),
  );

  it('is told on one line of bearable length, whatever it is', () => {
    fc.assert(
      fc.property(body, (bytes) => {
        const told = describeStatus(500, parseErrorBody(bytes));
        expect(told).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(told.length).toBeLessThan(4000);
      }),
    );
  });
});
