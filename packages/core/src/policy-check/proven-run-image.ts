import { BuildpacksError } from '../errors/index.ts';
import { creationTime } from '../image/creation-time.ts';
import { type Image, readImage } from '../image/source.ts';
import { optional } from '../json/json.ts';
import type { LifecycleMetadata } from '../lifecycle/labels.ts';
import { imageFact, type RunImageFact } from '../policy/index.ts';
import { type ImageReference, parseReference, sameRepository } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';

interface NamedApp {
  /** For messages. */
  readonly name: string;
  readonly image: Image;
  readonly metadata: LifecycleMetadata;
}

/**
 * The run image that an app image names, when it really stands on it: labels are what a buildpack, or whoever pushed the image, has written.
 *
 * @throws BuildpacksError `policy` when it names none by digest, when that is gone, or when the layers are others
 */
export async function provenRunImage(app: NamedApp, registry: RegistryReader): Promise<RunImageFact> {
  const { name, image, metadata } = app;
  const { reference: text = '', image: canonical } = metadata.runImage;
  if (!text.includes('@')) throw unproven(`"${name}" does not tell by digest which run image it stands on`);
  const reference = parseReference(text);
  const { os, architecture, variant } = image.config;
  const found = await registry.resolve(reference, { os, architecture, ...optional('variant', variant) });
  if (found === undefined) {
    throw unproven(
      `the run image "${text}" that "${name}" names is not there, so that nobody can tell whether it is true`,
    );
  }
  const { config } = await readImage(registry.source(reference.repository), found.manifest);
  const isTrue = config.diffIds.every((diffId, index) => diffId === image.config.diffIds[index]);
  if (!isTrue || config.diffIds.at(-1) !== metadata.runImage.topLayer) {
    throw unproven(`"${name}" does not stand on the run image "${text}" that it names: the layers are others`);
  }
  const digests = [found.manifest.digest, ...(found.index === undefined ? [] : [found.index.digest])];
  return { ...taggedFact(reference, canonical, digests), created: creationTime(config) ?? null };
}

/** The canonical name has the tag that the image was found by. */
function taggedFact(
  reference: ImageReference,
  canonical: string | undefined,
  digests: NonNullable<RunImageFact['digests']>,
): RunImageFact {
  const fact = imageFact(reference, { digests });
  const named = canonical === undefined ? undefined : parseReference(canonical);
  if (named?.kind !== 'tag' || !sameRepository(named.repository, reference.repository)) return fact;
  return { ...fact, tag: named.tag };
}

function unproven(message: string): BuildpacksError {
  return new BuildpacksError('policy', message);
}
