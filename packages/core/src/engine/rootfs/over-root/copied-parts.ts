import { lstat, mkdir, readdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { ChosenParts, type ChosenPart } from '../../../archive/chosen-parts.ts';
import { treeItems } from '../../../archive/index.ts';
import { TreeWriter } from '../../../archive/tree-writer.ts';
import { COMMITTED } from '../../../cache/volume-cache.ts';
import { BuildpacksError } from '../../../errors/index.ts';
import { type BuildDirectory, IN_BUILD, LAYOUT_NAMES } from '../../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../../ports.ts';
import { scriptPrograms, TOOL_FOLDER } from '../tool-folder.ts';

const MEBIBYTE = 1024 ** 2;
/** The folder of the image that a build makes, below the layouts. */
const OUTPUT = LAYOUT_NAMES.output.slice(0, LAYOUT_NAMES.output.indexOf('/'));
const CACHE = { part: 'cache', name: COMMITTED, maxBytes: 32 * 1024 * MEBIBYTE } as const;
/** What RUN leaves for the stages after it: names in the parts, and how much at most; far above what a build writes. */
const OUTPUTS = [
  { part: 'layout', name: OUTPUT, maxBytes: 32 * 1024 * MEBIBYTE },
  { part: 'layers', name: 'sbom', maxBytes: 512 * MEBIBYTE },
  { part: 'layers', name: 'report.toml', maxBytes: MEBIBYTE },
] as const;
/** A build may make as many folders as it likes. */
const MAX_NAMES = 1000;

/** Copies one of our own folders with modes, owners and times. */
export async function copyFolder(from: string, to: string, { processes }: EnginePorts): Promise<void> {
  const { environment } = scriptPrograms();
  const outcome = await processes.run({ file: `${TOOL_FOLDER}/bin/cp`, args: ['-a', '--', from, to], environment });
  if (outcome.status === 0) return;
  throw new BuildpacksError('engine', `"${from}" can't be copied to "${to}": ${outcome.stderr.trim()}`);
}

/**
 * Copies what the build left into its directory, where it takes the place of what was there. It is hostile: links and devices are left
 * out, and none is followed. Of folders in `/layers` there are names only, for whoever looks for the buildpack that failed.
 *
 * @throws BuildpacksError `image` when it is too large, or can't be read
 */
export async function copyOutputs(directory: BuildDirectory, { log }: EnginePorts): Promise<void> {
  for (const output of OUTPUTS) await copyOutput(directory, output);
  await copyOutput(directory, CACHE).catch((error: unknown) => {
    log.warn(`The build cache can't be kept: ${error instanceof Error ? error.message : String(error)}`);
    return rm(path.join(directory.cache, COMMITTED), { recursive: true, force: true });
  });
  for (const name of (await readdir(IN_BUILD.layers)).slice(0, MAX_NAMES)) {
    const stats = await lstat(path.join(IN_BUILD.layers, name));
    if (!stats.isDirectory()) continue;
    const folder = path.join(directory.layers, name);
    await mkdir(folder, { recursive: true });
    await utimes(folder, stats.atime, stats.mtime);
  }
}

async function copyOutput(
  directory: BuildDirectory,
  { part, name, maxBytes }: (typeof OUTPUTS)[number] | typeof CACHE,
): Promise<void> {
  const from = path.posix.join(IN_BUILD[part], name);
  await rm(path.join(directory[part], name), { recursive: true, force: true });
  await copyHostile(from, directory[part], { name: from, from: name, to: name, maxBytes });
}

/** The parent of `from` is nobody's but ours. */
async function copyHostile(from: string, to: string, part: ChosenPart): Promise<void> {
  if ((await lstat(from).catch(() => undefined)) === undefined) return;
  const tree = new TreeWriter(to, { owners: false });
  const sink = new ChosenParts(tree, [part]);
  try {
    for await (const { entry, content = [] } of treeItems(from, { prefix: part.from })) {
      sink.begin(entry);
      for await (const chunk of content as AsyncIterable<Uint8Array>) sink.write(chunk);
      sink.end();
    }
    tree.finish();
  } catch (error) {
    sink.abort();
    if (error instanceof BuildpacksError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BuildpacksError('image', `what the build left in "${from}" can't be read: ${reason}`, { cause: error });
  }
}
