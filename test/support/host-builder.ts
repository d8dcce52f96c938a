import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { directoryItem, fileItem, type TarItem, writeTar } from '../../packages/core/src/archive/index.ts';
import { rawManifest } from '../../packages/core/src/image/manifest.ts';
import { compressionOf, MEDIA_TYPE } from '../../packages/core/src/image/media-types.ts';
import { type Image, type ImageSource, readImage } from '../../packages/core/src/image/source.ts';
import { digestOf } from '../../packages/core/src/reference/index.ts';

/** The CNB user of `hostBuilder`. */
export const CNB_USER = { uid: 1001, gid: 1000 } as const;

const PROGRAMS = [
  'sh',
  'bash',
  'cat',
  'env',
  'id',
  'ln',
  'ls',
  'mkdir',
  'readlink',
  'rm',
  'setsid',
  'sleep',
  'stat',
  'touch',
];

export interface HostBuilderOptions {
  /** Variables of the image beside PATH, as `NAME=VALUE`. */
  readonly env?: readonly string[];
  /** Default: OCI's gzip type. */
  readonly layerType?: string;
}

/**
 * A builder of a few programs of this machine and their libraries: enough to be run by every engine, made in milliseconds, with nothing
 * downloaded. It has no lifecycle.
 */
export async function hostBuilder(options: HostBuilderOptions = {}): Promise<Image> {
  const { env = [], layerType = MEDIA_TYPE.ociLayerGzip } = options;
  const tar = await buffer(Readable.from(writeTar(await contents())));
  const layer = compressionOf(layerType) === 'zstd' ? zstdCompressSync(tar) : gzipSync(tar, { level: 1 });
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      config: { User: 'cnb', WorkingDir: '/layers', Env: ['PATH=/bin', ...env], Labels: {}, Volumes: { '/data': {} } },
      rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(tar).digest('hex')}`] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: layerType, digest: digestOf(layer), size: layer.length }],
    }),
  );
  return readImage(memorySource([config, layer]), rawManifest(manifest, MEDIA_TYPE.ociManifest));
}

function memorySource(blobs: readonly Buffer[]): ImageSource {
  const byDigest = new Map(blobs.map((blob) => [digestOf(blob), blob]));
  return {
    name: 'memory',
    manifest: () => Promise.resolve(undefined),
    has: ({ digest }) => Promise.resolve(byDigest.has(digest)),
    open: ({ digest }) => Promise.resolve(Readable.from([byDigest.get(digest)], { objectMode: false })),
  };
}

async function contents(): Promise<readonly TarItem[]> {
  const mine = { uid: CNB_USER.uid, gid: CNB_USER.gid };
  const folders = ['bin', 'etc', 'home', 'platform', 'workspace'].map((name) => directoryItem(name));
  return [
    ...folders,
    directoryItem('home/cnb', mine),
    directoryItem('layers', mine),
    directoryItem('tmp', { mode: 0o1777 }),
    fileItem('etc/passwd', `root:x:0:0::/root:/bin/sh\ncnb:x:${mine.uid}:${mine.gid}::/home/cnb:/bin/sh\n`),
    ...(await Promise.all(PROGRAMS.map((name) => program(name)))),
    ...(await libraries()),
  ];
}

async function program(name: string): Promise<TarItem> {
  return fileItem(`bin/${name}`, await readFile(await locate(name)), { mode: 0o755 });
}

async function locate(name: string): Promise<string> {
  return realpath(execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim());
}

/** What the dynamic loader says the programs need, under the paths where it looks. */
async function libraries(): Promise<readonly TarItem[]> {
  const files = await Promise.all(PROGRAMS.map((name) => locate(name)));
  const listing = execFileSync('ldd', files, { encoding: 'utf8' });
  const needed = new Set([...listing.matchAll(/(?:=> |^\t)(\/\S+) \(/gm)].map(([, file = '']) => file));
  return Promise.all(
    [...needed].sort().map(async (file) => fileItem(path.relative('/', file), await readFile(file), { mode: 0o755 })),
  );
}
