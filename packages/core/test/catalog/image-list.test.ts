import { describe, expect, it } from 'vitest';
import { parseImageList } from '../../src/catalog/image-list.ts';
import { familiarReference } from '../../src/reference/index.ts';

describe('a list of images', () => {
  it('has one a line, and what is no image is left out', () => {
    const text = '# ours\nregistry.example/a:1\r\n\n  registry.example/b  # the other\n';
    expect(parseImageList(text, 'images.txt').map(familiarReference)).toEqual([
      'registry.example/a:1',
      'registry.example/b:latest',
    ]);
  });

  it('tells every line that is wrong, with its place', () => {
    expect(() => parseImageList('A:1\nb:1\nc:\n', 'images.txt')).toThrow(
      /images\.txt:1: .*"A:1"[^]*images\.txt:3: .*"c:"/,
    );
  });

  it('names one at least', () => {
    expect(() => parseImageList('# none yet\n\n', 'images.txt')).toThrow(/"images\.txt" names no image/);
  });

  it('has images on registries', () => {
    expect(() => parseImageList('oci:x\n', 'images.txt')).toThrow(/images\.txt:1: .*"oci:x" is on this machine/);
  });
});
