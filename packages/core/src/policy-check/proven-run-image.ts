import type { RunImageReader } from '../catalog/run-image-reader.ts';
import { creationTime } from '../image/creation-time.ts';
import { platformOf } from '../image/platform.ts';
import type { Image } from '../image/source.ts';
import type { LifecycleMetadata } from '../lifecycle/labels.ts';
import { isOnThisMachine } from '../network/index.ts';
import { imageFact, type RunImageFact } from '../policy/index.ts';
import { type ImageReference, parseReference, sameRepository } from '../reference/index.ts';
import { UnprovenError } from './unproven-error.ts';

interface NamedApp {
  /** For messages. */
  readonly name: string;
  readonly image: Image;
  readonly metadata: LifecycleMetadata;
  /** Whose rules ask for the run image. */
  readonly topic: string;
}

/** How run images are found. */
export interface RunImageSearch {
  readonly reader: RunImageReader;
  /** Registries that the user named, canonical. */
  readonly registries: ReadonlySet<string>;
}

/**
 * The run image that an app image names, when it really stands on it: labels are what a buildpack, or whoever pushed the image, has written.
 *
 * @throws UnprovenError when it names none by digest, when that is gone, or when the layers are others
 */
export async function provenRunImage(app: NamedApp, { reader, registries }: RunImageSearch): Promise<RunImageFact> {
  const { name, image, metadata, topic } = app;
  const unproven = (message: string) => new UnprovenError(topic, message);
  const { reference: text = '', image: canonical } = metadata.runImage;
  if (!text.includes('@')) throw unproven(`"${name}" does not tell by digest which run image it stands on`);
  const reference = parseReference(text);
  const { registry } = reference.repository;
  if (isOnThisMachine(registry) && !registries.has(registry)) {
    throw unproven(
      `"${name}" names the run image "${text}": that is this machine or its network's own, and only the label names it`,
    );
  }
  const found = await reader.read(reference, platformOf(image));
  if (found === undefined) {
    throw unproven(
      `the run image "${text}" that "${name}" names is not there, so that nobody can tell whether it is true`,
    );
  }
  const { config } = found.image;
  const isTrue = config.diffIds.every((diffId, index) => diffId === image.config.diffIds[index]);
  if (!isTrue || config.diffIds.at(-1) !== metadata.runImage.topLayer) {
    throw unproven(`"${name}" does not stand on the run image "${text}" that it names: the layers are others`);
  }
  return { ...taggedFact(reference, canonical, found.digests), created: creationTime(config) ?? null };
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
