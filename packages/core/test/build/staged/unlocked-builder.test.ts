import { describe, expect, it } from 'vitest';
import { unlockedBuilder } from '../../../src/build/staged/unlocked-builder.ts';
import type { LockInUse } from '../../../src/lock/locked-images.ts';
import { parseReference } from '../../../src/reference/index.ts';

const INDEX = `sha256:${'1'.repeat(64)}` as const;
const MANIFEST = `sha256:${'2'.repeat(64)}` as const;
const OTHER = `sha256:${'3'.repeat(64)}` as const;

const LOCK: LockInUse = {
  file: 'app.lock.json',
  images: [
    {
      reference: parseReference('acme/builder:1', 'builder'),
      roles: ['builder'],
      digest: INDEX,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      platforms: [{ platform: { os: 'linux', architecture: 'amd64' }, digest: MANIFEST }],
    },
  ],
};

function problem(name: string, allowBuilderTag = false) {
  const builder = { kind: 'registry', reference: parseReference(name, 'builder') } as const;
  return unlockedBuilder({ builder, allowBuilderTag, lock: LOCK });
}

describe('the builder of a locked build whose container somebody else starts', () => {
  it.each([
    ['has the digest of the lock', `acme/builder@${INDEX}`],
    ["has the digest of a platform's manifest", `docker.io/acme/builder@${MANIFEST}`],
    ['has a tag, whose digest is told when it is known', 'acme/builder:1'],
    ['is none of the lock', `acme/another@${OTHER}`],
  ])('is fine here when it %s', (_what, name) => {
    expect(problem(name)).toBeUndefined();
  });

  it('is refused with both digests when the lock has another', () => {
    expect(problem(`acme/builder@${OTHER}`)).toMatchObject({
      input: 'builder',
      message: `it is ${OTHER} of index.docker.io/acme/builder, and "app.lock.json" has ${INDEX}`,
    });
  });

  it('is not to be what a tag has become', () => {
    expect(problem('acme/builder:1', true)).toMatchObject({
      input: 'allow-builder-tag',
      hint: `Leave it out, and write docker.io/acme/builder@${INDEX} as builder.`,
    });
  });

  it('is not looked at without a lock', () => {
    const builder = { kind: 'registry', reference: parseReference('acme/builder:1', 'builder') } as const;
    expect(unlockedBuilder({ builder, allowBuilderTag: true })).toBeUndefined();
  });
});
