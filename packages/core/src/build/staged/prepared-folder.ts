import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileItem, type TarItem, treeItems } from '../../archive/index.ts';
import { CACHE_METADATA, COMMITTED } from '../../cache/volume-cache.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import type { Log } from '../../ports/index.ts';
import { formatSize } from '../../log/size.ts';
import type { Plan } from '../plan.ts';
import { writeArchive } from './archive-file.ts';
import type { HandOverLimit } from './hand-over-terms.ts';
import { PREPARED } from './places.ts';

/** Programs for a container that may have none of them; files of this machine. */
export interface JobTools {
  /** Linked statically. */
  readonly busybox: string;
  readonly zstd: string;
  /** What starts zstd, and the libraries that it needs, where it is not linked statically. */
  readonly libraries?: { readonly loader: string; readonly files: readonly string[] };
}

export interface PreparedFolder {
  readonly plan: Plan;
  /** A prepared build directory. */
  readonly directory: BuildDirectory;
  /** Empty, or not there yet. */
  readonly prepared: string;
  readonly tools: JobTools;
  /** Small files for the script, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly limit?: HandOverLimit;
}

/** Writes the folder that the script and PUBLISH get; whoever they run as may read it, whatever our umask is. */
export async function writePrepared(folder: PreparedFolder, log: Log): Promise<void> {
  const { plan, directory, prepared, tools, settings } = folder;
  const at = (name: keyof typeof PREPARED) => path.join(prepared, PREPARED[name]);
  await mkdir(prepared, { recursive: true });
  await copyTools(tools, at('tools'));
  await writeFile(at('plan'), `${JSON.stringify(plan, undefined, 2)}\n`);
  if (await exists(directory.caches)) await copyFile(directory.caches, at('caches'));
  await writeArchive(at('app'), appItems(directory));
  await writeArchive(at('build'), buildItems(directory, settings));
  await packCache(folder, log);
  await letOthersRead(prepared);
}

/** The layer cache comes along where there is room for it. */
async function packCache({ directory, prepared, limit }: PreparedFolder, log: Log): Promise<void> {
  const size = await sizeOf(prepared);
  if (limit !== undefined && size > limit.bytes) {
    log.warn(
      `the app and what else the build needs take ${formatSize(size)} to hand over, and ${limit.input} is ${formatSize(limit.bytes)}: ${limit.advice}`,
    );
  }
  const committed = path.join(directory.cache, COMMITTED);
  if (!(await exists(path.join(committed, CACHE_METADATA)))) return;
  const file = path.join(prepared, PREPARED.cache);
  const cache = await writeArchive(file, treeItems(committed, { prefix: `cache/${COMMITTED}` }));
  if (limit === undefined || size + cache <= limit.bytes) {
    log.info(`to hand over: ${formatSize(size)}, and a layer cache of ${formatSize(cache)}`);
    return;
  }
  await rm(file);
  log.warn(
    `the build does without its layer cache: with the ${formatSize(cache)} of it there would be more to hand over than ${limit.input}, ${formatSize(limit.bytes)}`,
  );
}

/** Without the folder itself, which is there already and may belong to somebody else. */
async function* appItems({ workspace }: BuildDirectory): AsyncGenerator<TarItem> {
  for await (const item of treeItems(workspace)) if (item.entry.path !== '.') yield item;
}

async function* buildItems(
  directory: BuildDirectory,
  settings: Readonly<Record<string, string>>,
): AsyncGenerator<TarItem> {
  for (const [name, content] of Object.entries(settings)) yield fileItem(name, content);
  for (const part of ['platform', 'config', 'layout'] as const) yield* treeItems(directory[part], { prefix: part });
}

/** They need not be executable where they lie, but here they may be tried. */
async function copyTools({ busybox, zstd, libraries }: JobTools, folder: string): Promise<void> {
  const copies: (readonly [string, string])[] = [
    [busybox, 'busybox'],
    [zstd, 'zstd'],
    ...(libraries === undefined ? [] : [[libraries.loader, 'lib/loader'] as const]),
    ...(libraries?.files ?? []).map((file) => [file, `lib/${path.basename(file)}`] as const),
  ];
  for (const [from, name] of copies) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(from, file);
  }
}

async function letOthersRead(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const isPlain = entry.isFile() && entry.parentPath === folder;
    await chmod(path.join(entry.parentPath, entry.name), isPlain ? 0o644 : 0o755);
  }
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) size += (await stat(path.join(entry.parentPath, entry.name))).size;
  }
  return size;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
