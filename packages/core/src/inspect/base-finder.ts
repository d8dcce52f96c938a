import { runImageCandidates } from '../builder/run-image.ts';
import { RunImageReader } from '../catalog/run-image-reader.ts';
import { BuildpacksError, InputError } from '../errors/index.ts';
import { creationTime } from '../image/creation-time.ts';
import type { Platform } from '../image/manifest.ts';
import { platformOf } from '../image/platform.ts';
import type { Image } from '../image/source.ts';
import { optional } from '../json/json.ts';
import { type AppLabels, parseAppLabels } from '../lifecycle/labels.ts';
import { isOnThisMachine } from '../network/index.ts';
import { familiarReference, type ImageReference, parseReference } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import { type BaseState, compareBase, type LatestBase } from './base-state.ts';

/** What is told of the run image in an app image. */
export interface BaseSummary {
  readonly state: BaseState['kind'];
  /** Why the state is not known. */
  readonly reason?: string;
  /** When the run image in the app image was made; absent when it is gone from its registry, or does not tell. */
  readonly created?: string;
  /** What the run image's name leads to now. */
  readonly latest?: Omit<LatestBase, 'diffIds'>;
}

type RunImageNames = AppLabels['lifecycle']['runImage'];

/** Finds the newest run images. Everything goes through the rules for mirrors. */
export class BaseFinder {
  readonly #reader: RunImageReader;

  constructor(registry: RegistryReader) {
    this.#reader = new RunImageReader(registry);
  }

  /**
   * Compares the run image in an app image with what the recorded name leads to now, or its first readable mirror. Trouble on the way is told
   * as a reason.
   *
   * @param near `host[:port]` whose copy of the run image is asked first: the registry that the app image is on
   * @throws BuildpacksError `cancelled`
   */
  async summaryOf(image: Pick<Image, 'config'>, near?: string): Promise<BaseSummary> {
    const runImage = parseAppLabels(image.config)?.lifecycle.runImage;
    if (runImage?.image === undefined) return { state: 'unknown', reason: 'the image does not record its run image' };
    const platform = platformOf(image);
    const [found, used] = await Promise.all([
      this.#latest(runImage.image, runImage.mirrors, platform, near),
      this.#used(runImage, platform, near),
    ]);
    const created = optional('created', used?.created);
    if ('reason' in found) return { state: 'unknown', reason: found.reason, ...created };
    const state = compareBase(image, runImage, found);
    const { name, digest } = found;
    const latest = { name, digest, ...optional('created', found.created) };
    return { state: state.kind, ...(state.kind === 'unknown' && { reason: state.reason }), ...created, latest };
  }

  async #latest(
    name: string,
    mirrors: readonly string[],
    platform: Platform,
    near: string | undefined,
  ): Promise<LatestBase | { readonly reason: string }> {
    const request = { runImages: [{ image: name, mirrors }], ...optional('outputRegistry', near) };
    let reason = `"${name}" does not exist`;
    for (const { reference } of runImageCandidates(request)) {
      try {
        const found = await this.#read(reference, platform, near);
        if (found !== undefined) return found;
      } catch (error) {
        reason = tolerate(error).message;
      }
    }
    return { reason };
  }

  /** The run image that was used, while its registry has it. */
  async #used(
    { reference }: RunImageNames,
    platform: Platform,
    near: string | undefined,
  ): Promise<LatestBase | undefined> {
    if (reference?.includes('@sha256:') !== true) return undefined;
    try {
      return await this.#read(parseReference(reference), platform, near);
    } catch (error) {
      tolerate(error);
      return undefined;
    }
  }

  async #read(
    reference: ImageReference,
    platform: Platform,
    near: string | undefined,
  ): Promise<LatestBase | undefined> {
    requireReach(reference, near);
    const found = await this.#reader.read(reference, platform, near);
    if (found === undefined) return undefined;
    const { raw, config } = found.image;
    const made = creationTime(config);
    const created = made === undefined ? undefined : new Date(made).toISOString();
    const { diffIds } = config;
    return { name: familiarReference(reference), digest: raw.digest, diffIds, ...optional('created', created) };
  }
}

/** What an image on a registry says must not make us ask services of this machine, which trust whoever can reach them. */
function requireReach({ repository: { registry } }: ImageReference, near: string | undefined): void {
  if (near === undefined || registry === near || !isOnThisMachine(registry)) return;
  throw new BuildpacksError(
    'denied',
    `${registry} is on this machine or its link, and only the image's label names it`,
  );
}

/** What may be wrong with a name in a label, or with the way to its registry. */
function tolerate(error: unknown): BuildpacksError {
  if (error instanceof InputError) return error;
  if (error instanceof BuildpacksError && error.code !== 'cancelled' && error.code !== 'internal') return error;
  throw error;
}
