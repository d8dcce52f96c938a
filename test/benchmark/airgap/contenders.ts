import { measureProcess, type MeasuredProcess } from '../measured-process.ts';
import { type CarriedImage } from './images.ts';
import { nameOf } from './lock.ts';

export type AirgapMeasure = Pick<MeasuredProcess, 'seconds' | 'peakMemory'>;

/** A way to carry images: from a registry into files, and from these to another registry. */
export interface AirgapContender {
  readonly name: 'directory' | 'tar' | 'skopeo';
  /** @param place does not exist; for what is carried */
  bundle(source: BundleSource, place: string): Promise<AirgapMeasure>;
  /** @param place what `bundle` has filled */
  load(place: string, host: string, images: readonly CarriedImage[]): Promise<AirgapMeasure>;
}

/** The registry with the images, and a lock of them. */
export interface BundleSource {
  readonly host: string;
  readonly images: readonly CarriedImage[];
  /** Its file. */
  readonly lock: string;
}

/** @param program our command line as it is shipped */
export function ownContender(program: string, name: 'directory' | 'tar'): AirgapContender {
  const fileOf = (place: string) => (name === 'tar' ? `${place}.tar` : place);
  return {
    name,
    bundle: ({ lock }, place) => runOwn(program, 'bundle', '--lock-file', lock, '--output', fileOf(place)),
    load: (place, host) => runOwn(program, 'load', fileOf(place), '--to', `${host}/mirror`),
  };
}

export function runOwn(program: string, ...args: readonly string[]): Promise<AirgapMeasure> {
  return measureProcess(process.execPath, [program, ...args, '--json']);
}

/** `skopeo copy --all` of one image after the other, all into one OCI layout, where what they share is stored once. */
export const SKOPEO: AirgapContender = {
  name: 'skopeo',
  bundle: ({ host, images }, place) =>
    copyAll(images, (image) => [
      '--src-tls-verify=false',
      `docker://${nameOf(host, image)}`,
      `oci:${place}:${image.name}`,
    ]),
  load: (place, host, images) =>
    copyAll(images, (image) => [
      '--dest-tls-verify=false',
      `oci:${place}:${image.name}`,
      `docker://${nameOf(host, image)}`,
    ]),
};

async function copyAll(
  images: readonly CarriedImage[],
  argumentsOf: (image: CarriedImage) => readonly string[],
): Promise<AirgapMeasure> {
  const sum = { seconds: 0, peakMemory: 0 };
  for (const image of images) {
    const args = ['copy', '--quiet', '--all', '--preserve-digests', ...argumentsOf(image)];
    const { seconds, peakMemory } = await measureProcess('skopeo', args);
    sum.seconds += seconds;
    sum.peakMemory = Math.max(sum.peakMemory, peakMemory);
  }
  return sum;
}
