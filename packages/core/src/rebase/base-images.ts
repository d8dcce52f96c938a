import { BuildpacksError, InputError } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { platformOf } from '../image/platform.ts';
import { runImageCandidates } from '../builder/run-image.ts';
import type { RunImageReader } from '../catalog/run-image-reader.ts';
import type { Log } from '../ports/index.ts';
import {
  type Digest,
  familiarReference,
  formatRepository,
  type ImageReference,
  type Repository,
} from '../reference/index.ts';
import { RegistryError } from '../registry/index.ts';
import { type AppImage, type BaseImage, readDocuments } from './app-image.ts';
import { atMost, cut } from '../report/markdown-text.ts';
import { RebaseRefusal, refusal, type Violation } from './refusal.ts';
import type { RunImageGuard } from './run-image-guard.ts';
import { recordedNames } from './run-image-names.ts';

/** A run image, and where its layers are. */
export interface FoundBase extends BaseImage {
  readonly repository: Repository;
  /** By which it was found. */
  readonly asked: ImageReference;
  /** Of its manifest and, if there is one, of the index. */
  readonly digests: readonly Digest[];
}

/** A run image as the user names it. */
export interface NamedRunImage {
  readonly text: string;
  readonly reference: ImageReference;
}

export interface BaseImagesOptions {
  readonly reader: RunImageReader;
  readonly log: Log;
  readonly guard: RunImageGuard;
  /** Takes the place of what images record. */
  readonly override?: NamedRunImage;
}

/** Finds the new run images. */
export class BaseImages {
  readonly #options: BaseImagesOptions;

  constructor(options: BaseImagesOptions) {
    this.#options = options;
  }

  /**
   * The run image that is recorded, or its first readable mirror: those on the output's registry first, as the lifecycle has it.
   *
   * @param output where the image goes
   * @throws RebaseRefusal when none is recorded, or none of those that are exists or may be used; BuildpacksError when one can't be read, and no
   *   other is there
   */
  async findFor(app: AppImage, output: Repository): Promise<FoundBase> {
    const { override, guard } = this.#options;
    const where = { platform: platformOf(app.image), near: output.registry };
    if (override !== undefined) {
      const found = await this.#read(override.reference, override.text, where);
      if (found !== undefined) return found;
      throw inputError('run-image', `"${override.text}" does not exist`, 'Check the name and these credentials.');
    }
    const names = recordedNames(app.metadata);
    if (names === undefined) {
      throw refusal('run-image', 'it does not record its run image', NAME_ANOTHER);
    }
    const failures: BuildpacksError[] = [];
    const violations: Violation[] = [];
    for (const { reference } of runImageCandidates({ runImages: [names], outputRegistry: output.registry })) {
      const against = guard.againstName(reference);
      violations.push(...against);
      if (against.length > 0) continue;
      const found = await this.#read(reference, familiarReference(reference), where).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        failures.push(error);
        return undefined;
      });
      if (found !== undefined) return found;
    }
    const tried = atMost([names.image, ...names.mirrors], 3, (name) => cut(name, 200)).join(', ');
    const [failure] = failures;
    if (failure !== undefined) throw unreadable(tried, failure);
    if (violations.length > 0) throw new RebaseRefusal(violations);
    throw refusal('run-image', `none of the run images that it records exists: ${tried}`, NAME_ANOTHER);
  }

  async #read(
    reference: ImageReference,
    name: string,
    { platform, near }: { readonly platform: Platform; readonly near: string },
  ): Promise<FoundBase | undefined> {
    const { reader, log } = this.#options;
    const { repository } = reference;
    const found = await reader.read(reference, platform, near).catch((error: unknown) => {
      throw isOtherPlatform(error)
        ? refusal('platform', error.message, 'Use a run image of the same platform.')
        : error;
    });
    if (found === undefined) {
      log.debug(`the run image ${name} does not exist`);
      return undefined;
    }
    const { image, digests } = found;
    if (image.manifest.layers.length === 0) throw new BuildpacksError('image', `the run image ${name} has no layers`);
    const recorded = `${formatRepository(repository)}@${image.raw.digest}`;
    return { image, ...readDocuments(image), name, reference: recorded, repository, asked: reference, digests };
  }
}

/** Said of an index that lacks an image for the platform. */
function isOtherPlatform(error: unknown): error is BuildpacksError {
  return error instanceof BuildpacksError && !(error instanceof RegistryError) && error.code === 'image';
}

/** What leads to the next mirror: no access, or trouble on the way there. */
function isRefusal(error: unknown): error is BuildpacksError {
  if (error instanceof InputError) return true;
  if (error instanceof RegistryError) return error.code !== 'cancelled';
  return error instanceof BuildpacksError && error.code === 'policy';
}

const NAME_ANOTHER = 'Name one with --run-image, build the image anew, or leave it out by --exclude.';

function unreadable(tried: string, cause: BuildpacksError): BuildpacksError {
  const hint = 'Give credentials for one of these, or name another with --run-image.';
  const message = `no run image can be read; tried ${tried}: ${cause.message}`;
  return new BuildpacksError(cause.code, message, { hint, cause });
}
