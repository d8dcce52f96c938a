import { describe, expect, it } from 'vitest';
import { lockedImages, lockedReference } from '../../src/lock/locked-images.ts';
import { familiarReference, parseReference } from '../../src/reference/index.ts';
import type { RegistryReader } from '../../src/registry/index.ts';
import { digestWith, SAMPLE_LOCK } from './sample-lock.ts';

const LOCK = { ...SAMPLE_LOCK, file: 'app.lock.json' };
const AMD64 = { os: 'linux', architecture: 'amd64' };
const NAME = 'paketobuildpacks/builder';

describe('a locked build reads', () => {
  it.each([
    ['a tag as its platform’s manifest', `${NAME}:base`, AMD64, 'b'],
    ['an index by digest as its platform’s manifest', `${NAME}@${digestWith('a')}`, AMD64, 'b'],
    ['a manifest by digest as itself', `${NAME}@${digestWith('b')}`, AMD64, 'b'],
    ['another platform', `${NAME}:base`, { os: 'linux', architecture: 'arm', variant: 'v7' }, 'c'],
  ])('%s', (_what, name, platform, digest) => {
    const found = lockedReference(parseReference(name), platform, LOCK);
    expect(familiarReference(found)).toBe(`${NAME}@${digestWith(digest)}`);
  });

  it('nothing for another tag', () => {
    expect(() => lockedReference(parseReference(`${NAME}:full`), AMD64, LOCK)).toThrow(
      `"docker.io/${NAME}:full" is not in "app.lock.json", and only what it names may be used`,
    );
  });

  it.each([
    ['outside, where a lock can be made', `${NAME}:full`, 'outside of a closed network: buildpacks-ci lock'],
    [
      'the name in the lock and the prefix, of a copy',
      `registry.corp/mirror/docker.io/${NAME}:base`,
      `The lock has it as "docker.io/${NAME}:base": give that name, and registry-prefix "registry.corp/mirror/"`,
    ],
  ])('nothing else, and the hint leads %s', (_what, name, hint) => {
    expect(() => lockedReference(parseReference(name), AMD64, LOCK)).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ hint: expect.stringContaining(hint) as string })],
      }),
    );
  });

  it('nothing for a platform that the lock lacks', () => {
    const platform = { os: 'linux', architecture: 's390x' };
    expect(() => lockedReference(parseReference(`${NAME}:base`), platform, LOCK)).toThrow(
      'and the build is for linux/s390x',
    );
  });

  it('buildpacks that are images by the same rule, and asks for no tag', async () => {
    const asked: string[] = [];
    const manifest: RegistryReader['manifest'] = (reference) => {
      asked.push(familiarReference(reference));
      return Promise.resolve(undefined);
    };
    const registry = lockedImages({ manifest } as RegistryReader, LOCK);
    await registry.resolve(parseReference(`${NAME}:base`), AMD64);
    await registry.manifest(parseReference(`${NAME}:base`));
    expect(asked).toEqual([`${NAME}@${digestWith('b')}`, `${NAME}@${digestWith('a')}`]);
  });
});
