import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { fileItem, writeTar } from '../../../packages/core/src/archive/index.ts';
import { listen } from '../../bench/listen.ts';
import type { Traffic } from '../cache/traffic.ts';

/** A package as npm gets it. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  /** As in a lock file. */
  readonly integrity: string;
}

/** A registry of packages that depend on nothing, each of twenty files. */
export interface NpmRegistry {
  readonly packages: readonly NpmPackage[];
  /** The requests since the last call. */
  takeRequests(): readonly Traffic[];
  close(): Promise<void>;
}

const VERSION = '1.0.0';

/** Starts a server on a loopback port with so many packages. */
export async function startNpmRegistry(count: number): Promise<NpmRegistry> {
  const tarballs = new Map<string, Buffer>();
  for (let number = 0; number < count; number++) tarballs.set(nameOf(number), await tarballOf(number));
  const requests: Traffic[] = [];
  const server = createServer((incoming, response) => {
    const name = incoming.url?.split('/')[1] ?? '';
    const body = tarballs.get(name);
    requests.push({ requests: 1, bytesUp: 0, bytesDown: body?.length ?? 0 });
    response.writeHead(body === undefined ? 404 : 200, { 'content-length': body?.length ?? 0 }).end(body);
  });
  const listening = await listen(server, 'http');
  return {
    packages: [...tarballs].map(([name, tarball]) => ({
      name,
      version: VERSION,
      url: `${listening.url}/${name}/-/${name}-${VERSION}.tgz`,
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    })),
    takeRequests: () => requests.splice(0),
    close: () => listening.close(),
  };
}

function nameOf(number: number): string {
  return `package-${String(number).padStart(6, '0')}`;
}

async function tarballOf(number: number): Promise<Buffer> {
  const manifest = fileItem('package/package.json', JSON.stringify({ name: nameOf(number), version: VERSION }));
  const files = [...nodeModules([number])].map(({ name, content }) =>
    fileItem(name.replace(/^node_modules\/[^/]+/, 'package'), content),
  );
  return gzipSync(await buffer(Readable.from(writeTar([manifest, ...files]))), { level: 6 });
}
