import { InputError } from '../errors/index.ts';
import type { LayersMetadata } from '../lifecycle/layers-metadata.ts';
import { formatReference, parseReference } from '../reference/index.ts';

/** The run image's names as an app image records them. */
export interface RecordedNames {
  /** Under which later run images are found. */
  readonly image: string;
  readonly mirrors: readonly string[];
}

/** The names that a rebase goes by; undefined when the image records none. Before Platform API 0.12 they stood in `stack` alone. */
export function recordedNames({ runImage, stack }: LayersMetadata): RecordedNames | undefined {
  const names = runImage.image === '' ? stack?.runImage : runImage;
  if (names === undefined || names.image === '') return undefined;
  return { image: names.image, mirrors: names.mirrors ?? [] };
}

/** Whether an image records this name, as run image or mirror; digests are left aside, tags are not (the lifecycle's `containsName`). */
export function recordsName({ runImage, stack }: LayersMetadata, name: string): boolean {
  const wanted = comparable(name);
  const names = [runImage, ...(stack === null ? [] : [stack.runImage])];
  return names.some(({ image, mirrors }) => [image, ...(mirrors ?? [])].some((each) => comparable(each) === wanted));
}

/** In long form with a tag, `latest` if there is none; what is no reference stays as it is. */
function comparable(name: string): string {
  const [named = ''] = name.includes('@sha256:') ? name.split('@') : [name];
  try {
    return formatReference(parseReference(named));
  } catch (error) {
    if (error instanceof InputError) return name;
    throw error;
  }
}
