import { describe, expect, it } from 'vitest';
import { encodeGoString } from '../../src/json/go-string.ts';

describe('a string as Go encodes it', () => {
  // Right-hand sides printed by encoding/json of Go 1.26.
  it.each([
    ['a<b>&c', String.raw`"a\u003cb\u003e\u0026c"`],
    ['\u2028\u2029', String.raw`"\u2028\u2029"`],
    ['\b\f\n\r\t"\\/', String.raw`"\b\f\n\r\t\"\\/"`],
    ['\u0000\u000b\u001f\u007f', '"\\u0000\\u000b\\u001f\u007f"'],
    ['é😀\u00a0', '"é😀\u00a0"'],
    ['\ud800', '"\ufffd"'],
  ])('%j', (text, encoded) => {
    expect(encodeGoString(text)).toBe(encoded);
  });
});
