import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeTar } from '../../packages/core/src/archive/index.ts';
import { dockerArchiveItems } from '../../packages/core/src/engine/container/docker-archive.ts';
import { layoutImage, openLayout } from '../../packages/core/src/layout/index.ts';
import { hexOf } from '../../packages/core/src/reference/index.ts';
import { readRelease } from '../../scripts/release/release-file.ts';
import { type Architecture, ARCHITECTURES, ownArchitecture } from '../../scripts/tool-image/architecture.ts';
import { readPins } from '../../scripts/tool-image/pins.ts';
import { ownPrograms } from '../../scripts/tool-image/program-layer.ts';
import { addToolImage, finishLayout, type LayerStore, type ToolImage } from '../../scripts/tool-image/tool-image.ts';
import { cachePath, kept, keyOf, ROOT } from './cache.ts';
import { codeKey } from './code-key.ts';
import { command } from './command.ts';
import { loadedImage } from './docker-image.ts';
import { keptLayer, placeLayer } from './layer.ts';

/** The tool image for one architecture. */
export interface BenchToolImage {
  /** An OCI layout with this one image; treat it as read-only. */
  readonly layout: string;
  /** By which the layout names it. */
  readonly tag: string;
}

const TAG = 'bench';
const REPOSITORY = 'buildpacks-ci.local/tool-image';
const CODE = path.join(ROOT, 'scripts', 'tool-image');

/**
 * Makes the image from the sources as they are now; in the cache by everything that it is made of.
 *
 * @param architecture default: this machine's
 */
export async function toolImage(architecture: Architecture = ownArchitecture()): Promise<BenchToolImage> {
  const image: ToolImage = { version: readRelease().version, pins: readPins(), programs: await ownPrograms() };
  const code = [await codeKey(), await imageCode()];
  const store: LayerStore = async (layout, { createdBy, key, items }) => {
    const layer = await keptLayer(createdBy, [code, key], items);
    await placeLayer(layer, layout);
    return layer;
  };
  const folder = await kept(`images/tool-image-${keyOf(code, architecture, image)}`, async (made) => {
    const layout = path.join(made, 'layout');
    const manifest = await addToolImage(layout, { ...image, architecture }, { cache: cachePath('tool-image'), store });
    await finishLayout(layout, manifest, TAG);
  });
  return { layout: path.join(folder, 'layout'), tag: TAG };
}

/** For all architectures. */
export async function toolImages(): Promise<void> {
  for (const architecture of ARCHITECTURES) await toolImage(architecture);
}

let loaded: Promise<string> | undefined;

/**
 * Loads the image into this machine's docker engine, unless it has it, and gives the name to run. Once for a process: our programs are
 * bundled for it each time, which takes as long as a small build.
 */
export async function loadToolImage(): Promise<string> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<string> {
  const { layout } = await toolImage();
  const image = await layoutImage(await openLayout(layout));
  const name = `${REPOSITORY}:${hexOf(image.manifest.config.digest).slice(0, 12)}`;
  return loadedImage(name, async () => {
    const temporary = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-tool-image-'));
    try {
      const archive = path.join(temporary, 'image.tar');
      const items = dockerArchiveItems(image, [name], { temporary, onProgress: () => undefined });
      await pipeline(Readable.from(writeTar(items), { objectMode: false }), createWriteStream(archive));
      await command('docker', ['load', '--input', archive]);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

/** The code that decides the image's bytes, besides that of layers and layouts. */
async function imageCode(): Promise<string> {
  const files = (await readdir(CODE)).sort();
  return keyOf(await Promise.all(files.map((file) => readFile(path.join(CODE, file), 'utf8'))));
}
