import type { Builder } from '../../builder/metadata.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import { inputError } from '../../errors/problems.ts';
import { formatPlatform, selectPlatform } from '../../image/platform.ts';
import { imageName } from '../../lock/image-name.ts';
import { platformIndex } from '../../lock/lock.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { FoundImage } from './image-finder.ts';
import { type LookUp, readable, required } from './look-up.ts';

/** Images that are read at once. */
const AT_ONCE = 4;
const NAME_ONE = 'Name a readable one with the input run-image.';

/** A builder's image, and what the labels of each platform's image say. */
export interface ResolvedBuilder {
  readonly image: FoundImage;
  readonly builders: readonly Builder[];
}

/**
 * The run images of builders under each of their names, as far as they can be read: which of them a build takes depends on where its
 * image goes. Says for which platforms there is none.
 *
 * @throws InputError when there is none at all for one of the builders
 */
export async function resolveRunImages(
  { runImage }: Pick<CompleteRequest, 'runImage'>,
  resolved: readonly ResolvedBuilder[],
  lookUp: LookUp,
): Promise<readonly FoundImage[]> {
  if (runImage !== undefined) {
    const found = await required(runImage.reference, 'run-image', lookUp.finder);
    for (const { image } of resolved) warnOfPlatforms(image, [found], lookUp.log);
    return [found];
  }
  const names = new Map(resolved.map((each) => [each, candidatesOf(each)]));
  // Builders of one vendor have the same run image: it is looked up, and warned of, once.
  const unique = new Map([...names.values()].flatMap((each) => [...each]));
  const read = await mapInParallel(unique, AT_ONCE, async ([name, reference]) => {
    return [name, await readable(reference, 'the run image', lookUp)] as const;
  });
  const byName = new Map(read.flatMap(([name, found]) => (found === undefined ? [] : [[name, found]])));
  for (const [{ image }, own] of names) {
    const found = [...own.keys()].flatMap((name) => byName.get(name) ?? []);
    if (found.length === 0) throw noneReadable(image, [...own.keys()]);
    warnOfPlatforms(image, found, lookUp.log);
  }
  return [...byName.values()];
}

/** By name. */
function candidatesOf({ image, builders }: ResolvedBuilder): ReadonlyMap<string, ImageReference> {
  if (builders.some(({ runImages }) => runImages.length === 0)) {
    throw inputError('run-image', `"${imageName(image.reference)}" names no run image`, NAME_ONE);
  }
  const candidates = builders.flatMap(({ runImages }) => runImageCandidates({ runImages }));
  return new Map(candidates.map(({ reference }) => [imageName(reference), reference]));
}

function noneReadable({ reference }: FoundImage, tried: readonly string[]) {
  return inputError(
    'run-image',
    `no run image of "${imageName(reference)}" can be read; tried ${tried.join(', ')}`,
    NAME_ONE,
  );
}

/** A builder may have more platforms than anybody builds for. */
function warnOfPlatforms({ reference, platforms }: FoundImage, runImages: readonly FoundImage[], log: Log): void {
  const lacking = platforms
    .filter(({ platform }) => platform.os === 'linux')
    .filter(({ platform }) => !runImages.some((image) => selectPlatform(platformIndex(image), platform) !== undefined));
  for (const { platform } of lacking) {
    const name = formatPlatform(platform);
    log.warn(
      `${imageName(reference)} is for ${name}, and no run image of it is: builds for it need another one, by run-image`,
    );
  }
}
