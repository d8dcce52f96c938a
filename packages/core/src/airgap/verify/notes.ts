import { isAbsence } from '../../build/prepare/missing-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { NotLockedError } from '../../lock/locked-images.ts';
import type { ArchiveNeed, ImageNeed } from './need.ts';
import type { Wanted } from './wanted.ts';

/** What is needed and could not be read. */
export interface Unread {
  readonly name: string;
  readonly reason: string;
}

/** Where it is looked from: what is not there has to be carried inside, and is a mistake outside. */
export type Side = 'inside' | 'outside';

/** What was found missing while everything was read. */
export class Notes {
  readonly #side: Side;
  readonly #needs = new Set<ImageNeed | ArchiveNeed>();
  readonly #unread: Unread[] = [];

  constructor(side: Side) {
    this.#side = side;
  }

  /** What has to be carried over. */
  get needs(): readonly (ImageNeed | ArchiveNeed)[] {
    return [...this.#needs];
  }

  get unread(): readonly Unread[] {
    return this.#unread;
  }

  /**
   * Reads what is wanted; undefined when it has to be carried over first.
   *
   * @param wanted undefined: it is at hand on this machine
   * @throws what went wrong and says nothing about what is needed: trouble on the way, a wrong name
   */
  async attempt<T>(wanted: Wanted | undefined, read: () => Promise<T>): Promise<T | undefined> {
    if (wanted?.isSupplied === false) this.#needs.add(wanted.need);
    try {
      return await read();
    } catch (error) {
      if (wanted === undefined || !(error instanceof BuildpacksError) || !this.#tells(error, wanted)) throw error;
      const { need } = wanted;
      this.#needs.add(need);
      this.#unread.push({ name: need.kind === 'image' ? need.name : need.uri, reason: error.message });
      return undefined;
    }
  }

  /** Whether a failure only says that the thing is needed. */
  #tells(error: BuildpacksError, { isSupplied }: Wanted): boolean {
    if (this.#side === 'inside' && isAbsence(error)) return true;
    return !isSupplied && (error.code === 'policy' || error instanceof NotLockedError);
  }
}
