import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import { type Digest, hexOf, isDigest } from '../../reference/index.ts';
import { requireKey } from './key.ts';

/** `indexes/<key>`, `packs/<hex>`, and `incoming/` for what is not whole yet. */
export const FOLDERS = { indexes: 'indexes', packs: 'packs', incoming: 'incoming' } as const;

const HEX = /^[0-9a-f]{64}$/;

/** A path below the store's directory, as the functions of `files/` take it. */
export type Parts = readonly [folder: string, name: string];

/** Where a directory store has what. */
export class DirectoryLayout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  index(key: string): Parts {
    requireKey(key);
    return [FOLDERS.indexes, key];
  }

  pack(digest: Digest): Parts {
    return [FOLDERS.packs, hexOf(digest)];
  }

  incoming(): Parts {
    return [FOLDERS.incoming, randomUUID()];
  }

  pathOf(parts: readonly string[]): string {
    return path.join(this.root, ...parts);
  }

  /** Makes the folders, and refuses links in their place: who may write to the store must not choose other folders for us. */
  async make(): Promise<void> {
    for (const folder of Object.values(FOLDERS)) {
      await this.#makeFolder(this.pathOf([folder]));
      if ((await lstat(this.pathOf([folder]))).isDirectory()) continue;
      throw new BuildpacksError('machine', `"${this.pathOf([folder])}" is a link and no directory`);
    }
  }

  /** In a directory that a group shares by setgid, as volumes with `fsGroup` are, the group may write to it, whatever our umask is. */
  async #makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw refusal(error, folder);
    });
    if (made === undefined) return;
    const { mode } = await stat(this.root);
    if ((mode & SHARED) === SHARED) await chmod(folder, 0o2775);
  }
}

/** Setgid, and writable to the group. */
const SHARED = 0o2020;

function refusal(error: unknown, folder: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) return error;
  return new BuildpacksError('machine', `"${folder}" can't be made: the store's directory may not be written to`, {
    hint: 'Let the user of the build, or a group of it, write there; a claim of Kubernetes gets its group for good from any one Pod that mounts it with fsGroup.',
    cause: error,
  });
}

/** The pack that a file of `packs/` holds; undefined for any other file. */
export function packOfFile(name: string): Digest | undefined {
  const digest = `sha256:${name}`;
  return HEX.test(name) && isDigest(digest) ? digest : undefined;
}
