import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/lifecycle/report.ts';
import { bytes, sha } from './support/go-image.ts';

describe('report.toml', () => {
  it('is read', () => {
    const text = `[image]\n  tags = ["a:1", "a:2"]\n  digest = "${sha('a')}"\n  manifest-size = 1234\n`;
    expect(readReport(bytes(text))).toEqual({ report: { tags: ['a:1', 'a:2'], digest: sha('a'), manifestSize: 1234 } });
  });

  it('of layout mode has tags only', () => {
    expect(readReport(bytes('[image]\ntags = ["/layout/out"]\n'))).toEqual({ report: { tags: ['/layout/out'] } });
  });

  it.each([
    ['digest = "sha256:x"'],
    ['digest = 1'],
    ['manifest-size = -1'],
    ['manifest-size = 9223372036854775807'],
    ['tags = 7'],
    ['digest = 2020-01-01'],
  ])('loses what is no such value: %s', (line) => {
    expect(readReport(bytes(`[image]\n${line}\n`))).toEqual({ report: { tags: [] } });
  });

  it.each([
    ['nothing', bytes(''), 'no table "image"'],
    ['another table', bytes('[[image]]\n'), 'no table "image"'],
    ['no TOML', bytes('{"image":{}}'), 'is not TOML'],
    ['a key twice', bytes('[image]\na=1\na=2\n'), 'is not TOML'],
    ['deep nesting', bytes(`a = ${'['.repeat(100_000)}`), 'is not TOML'],
    ['no UTF-8', Uint8Array.of(0xff), 'not UTF-8'],
    ['a flood', new Uint8Array(2 ** 21), 'is not read'],
  ])('is left unread with a note when it holds %s', (_, content, note) => {
    expect(readReport(content).note).toContain(note);
  });
});
