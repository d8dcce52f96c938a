import { describe, expect, it } from 'vitest';
import { parsePlace, parseRegistryImage } from '../../src/catalog/image-name.ts';

describe('an image on a registry', () => {
  it.each([
    ['oci:x', 'docker.io/library/oci'],
    ['oci-archive:x.tar', 'docker.io/library/oci-archive'],
    ['docker-archive:x', 'docker.io/library/docker-archive'],
    ['docker://r.example/x:1', 'without "docker://"'],
    ['r.example/team/', 'rebase --all'],
  ])('is not %s', (text, hint) => {
    expect(() => parseRegistryImage(text, 'list')).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining(hint) as string,
        message: expect.stringContaining(`list: "${text}" `) as string,
      }) as Error,
    );
  });

  it.each(['docker.io/library/oci:x', 'oci/x:1', 'localhost:5000/oci:1', 'docker:27'])('may be %s', (text) => {
    expect(parseRegistryImage(text).kind).toBe('tag');
  });
});

it('a place of images is on a registry too', () => {
  expect(() => parsePlace('oci:x', 'all')).toThrow(/on this machine/);
  expect(parsePlace('r.example/team/', 'all')).toEqual({ registry: 'r.example', path: 'team' });
});
