import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors/problems.ts';
import { folderObstacle, isRealFolder, makeRealFolders } from '../../files/real-folders.ts';
import { openRegularFile, statRegularFile } from '../../files/regular-file.ts';
import { syncFolder } from '../../files/sync-folder.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import { FACTS_FILE } from '../content/bundle-facts.ts';
import { HEAD_FILES, SUMS_FILE } from '../content/bundle-files.ts';
import { hashOfFile } from '../content/content-hash.ts';
import type { BundleOutput, WrittenFile } from './output.ts';
import type { PlannedFile } from './plan.ts';

const FOLDERS = ['blobs', 'dependencies'] as const;
/** In each of them: files are named by their sha256. */
const BELOW = 'sha256';

/**
 * Writes a bundle as a directory, which is an OCI layout. Blobs of an earlier bundle in it that are not needed any more are removed.
 *
 * @throws InputError on `output` when it holds something else
 */
export async function openDirectoryOutput(directory: string, files: readonly PlannedFile[]): Promise<BundleOutput> {
  await requireOurs(directory);
  for (const folder of FOLDERS.filter((each) => files.some((file) => file.path.startsWith(`${each}/`)))) {
    refuse(await makeRealFolders(directory, [folder, BELOW]));
  }
  // A bundle without sums is none.
  await rm(path.join(directory, SUMS_FILE), { force: true });
  await writeFact(directory, files);
  return new DirectoryOutput(directory, files);
}

/** The file by which the next run knows the directory for ours. */
async function writeFact(directory: string, files: readonly PlannedFile[]): Promise<void> {
  const facts = files.find((file) => file.path === FACTS_FILE);
  if (facts?.content.kind === 'bytes') await writeFileWhole(path.join(directory, FACTS_FILE), [facts.content.bytes]);
}

/** What is in these folders is removed: a link there may have come with somebody's source code. */
async function requireOurs(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const folder of FOLDERS) refuse(folderObstacle(directory, [folder, BELOW]));
  const entries = await readdir(directory);
  const strange = entries.find((name) => !FOLDERS.some((folder) => folder === name) && !isOurs(name));
  if (strange === undefined && (entries.length === 0 || entries.includes(FACTS_FILE))) return;
  const hint = 'Give a directory that is empty, not there yet, or a bundle, which is then replaced.';
  throw inputError('output', `"${directory}" holds something else than a bundle: "${strange ?? 'blobs'}"`, hint);
}

function refuse(obstacle: string | undefined): void {
  if (obstacle === undefined) return;
  throw inputError('output', `"${obstacle}" is in the place of a folder`, 'Give a new directory.');
}

/** What a killed run may have left counts too. */
function isOurs(name: string): boolean {
  return HEAD_FILES.some((file) => name === file || (name.startsWith(`${file}.`) && name.endsWith('.tmp')));
}

class DirectoryOutput implements BundleOutput {
  readonly #directory: string;
  readonly #files: readonly PlannedFile[];

  constructor(directory: string, files: readonly PlannedFile[]) {
    this.#directory = directory;
    this.#files = files;
  }

  async has({ path: name, size, digest }: PlannedFile): Promise<boolean> {
    const parts = name.split('/');
    if ((await statRegularFile(this.#directory, parts))?.size !== size) return false;
    const handle = await openRegularFile(this.#directory, parts);
    if (handle === undefined) return false;
    return (await hashOfFile(handle)).digest === digest;
  }

  async write({ path: name }: PlannedFile, content: AsyncIterable<Uint8Array>): Promise<void> {
    await writeFileWhole(path.join(this.#directory, name), content, { durable: true });
  }

  async finish(): Promise<readonly WrittenFile[]> {
    await this.#settleFolders();
    const size = this.#files.reduce((sum, file) => sum + file.size, 0);
    return [{ file: this.#directory, size }];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Removes what is not of this bundle, and waits until all names are on the disk. */
  async #settleFolders(): Promise<void> {
    const wanted = new Set(this.#files.map((file) => file.path));
    for (const folder of ['', ...FOLDERS.map((each) => `${each}/${BELOW}`)]) {
      if (folder !== '' && !isRealFolder(path.join(this.#directory, folder))) continue;
      const entries = await readdir(path.join(this.#directory, folder), { withFileTypes: true });
      for (const entry of entries) {
        const name = path.posix.join(folder, entry.name);
        if (!entry.isDirectory() && !wanted.has(name)) await rm(path.join(this.#directory, name));
      }
      await syncFolder(path.join(this.#directory, folder));
    }
  }
}
