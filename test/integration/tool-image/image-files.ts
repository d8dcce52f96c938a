import path from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { compressionOf, decompressed, readTar, type TarEntry } from '../../../packages/core/src/archive/index.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { layoutImage, openLayout } from '../../../packages/core/src/layout/index.ts';
import type { Architecture } from '../../../scripts/tool-image/architecture.ts';
import { toolImage } from '../../bench/tool-image.ts';

/** The tool image, unpacked in memory. */
export interface ImageFiles {
  readonly image: Image;
  readonly config: JsonConfig;
  readonly entries: readonly TarEntry[];
  /** A file's content; links are followed as in a container. */
  readonly read: (file: string) => Buffer | undefined;
}

/** The configuration as it stands in the image. */
export interface JsonConfig {
  readonly architecture: string;
  readonly created: string;
  readonly config: {
    readonly Env: readonly string[];
    readonly Cmd: readonly string[];
    readonly Entrypoint?: unknown;
    readonly User?: unknown;
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

const MAX_LAYER = 1024 ** 3;

export async function imageFiles(architecture: Architecture): Promise<ImageFiles> {
  const { layout } = await toolImage(architecture);
  const image = await layoutImage(await openLayout(layout));
  const entries: TarEntry[] = [];
  const contents = new Map<string, Buffer>();
  for (const layer of image.manifest.layers) {
    const tar = decompressed(await image.source.open(layer), compressionOf(layer.mediaType), MAX_LAYER);
    for await (const { entry, content } of readTar(tar)) {
      entries.push(entry);
      contents.set(entry.path, await buffer(content));
    }
  }
  const links = new Map(entries.map(({ path: name, linkPath }) => [name, linkPath]));
  const read = (file: string): Buffer | undefined => {
    const link = links.get(file);
    if (link === undefined) return contents.get(file);
    return read(path.posix.resolve('/', path.posix.dirname(file), link).slice(1));
  };
  const config = (await json(await image.source.open(image.manifest.config))) as JsonConfig;
  return { image, config, entries, read };
}
