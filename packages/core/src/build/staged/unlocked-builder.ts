import type { InputProblem } from '../../errors/index.ts';
import type { BuildRequest } from '../../inputs/request.ts';
import { imageName } from '../../lock/image-name.ts';
import { findLocked } from '../../lock/lock.ts';
import { fullName } from '../../mirrors/index.ts';
import { atDigest, formatRepository, sameRepository } from '../../reference/index.ts';

/**
 * What is wrong with a builder whose container is started by what the input says, where a lock says what it has to be: nobody would follow
 * the lock there.
 */
export function unlockedBuilder({
  builder,
  lock,
  allowBuilderTag,
}: Pick<BuildRequest, 'builder' | 'lock' | 'allowBuilderTag'>): InputProblem | undefined {
  if (lock === undefined || builder?.kind !== 'registry') return undefined;
  const { reference } = builder;
  const found = findLocked(lock, reference);
  if (reference.kind === 'tag') {
    if (found === undefined || !allowBuilderTag) return undefined;
    return {
      input: 'allow-builder-tag',
      message: `the container of the builder would be what "${imageName(reference)}" is now, and the build is locked`,
      hint: `Leave it out, and write ${fullName(atDigest(reference, found.digest))} as builder.`,
    };
  }
  const others = lock.images.filter(
    (image) => image.roles.includes('builder') && sameRepository(image.reference.repository, reference.repository),
  );
  if (found !== undefined || others.length === 0) return undefined;
  const known = others.map(({ digest }) => digest).join(' and ');
  return {
    input: 'builder',
    message: `it is ${reference.digest} of ${formatRepository(reference.repository)}, and "${lock.file}" has ${known}`,
    hint: 'Write the digest of the lock, or make the lock again with this builder: buildpacks-ci lock.',
  };
}
