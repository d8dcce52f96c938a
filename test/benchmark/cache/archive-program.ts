/**
 * Moves a layer cache as `actions/cache` does (`@actions/cache` 6.0.1, `internal/tar.ts`, `uploadUtils.ts`, `downloadUtils.ts`): one archive
 * by tar and zstd on disk, sent whole or in blocks of 64 MiB, fetched in segments of 128 MiB by ranges of 4 MiB.
 *
 * Usage: archive-program.ts save|restore FOLDER|URL CACHE TEMPORARY
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import path from 'node:path';
import { Agent, request } from 'undici';
import { mapInParallel } from '../../../packages/core/src/parallel/parallel.ts';
import { command } from '../../bench/command.ts';
import { perform } from './program.ts';

const ARCHIVE = 'cache.tzst';
const MIB = 1024 * 1024;
const SINGLE_UPLOAD = 128 * MIB;
const BLOCK = 64 * MIB;
const SEGMENT = 128 * MIB;
const RANGE = 4 * MIB;
const AT_ONCE = 8;

const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

async function main([what, place = '', cache = '', temporary = '']: readonly string[]): Promise<void> {
  const workspace = path.dirname(cache);
  const isRemote = place.startsWith('http:');
  const stored = path.join(isRemote ? temporary : place, ARCHIVE);
  await mkdir(path.dirname(stored), { recursive: true });
  if (what === 'save') {
    await writeFile(path.join(temporary, 'manifest.txt'), `${path.basename(cache)}\n`);
    await perform(async () => {
      await pack(workspace, temporary);
      if (isRemote) {
        await callService(place);
        await upload(path.join(temporary, ARCHIVE), place);
        await callService(place);
      } else await rename(path.join(temporary, ARCHIVE), stored);
    });
  } else {
    await perform(async () => {
      if (isRemote) {
        await callService(place);
        await download(place, stored);
      }
      await command('tar', ['-xf', stored, '-P', '-C', workspace, '--use-compress-program', 'unzstd']);
    });
  }
  await rm(path.join(temporary, ARCHIVE), { force: true });
  await dispatcher.close();
}

async function pack(workspace: string, temporary: string): Promise<void> {
  const files = ['--exclude', ARCHIVE, '-P', '-C', workspace, '--files-from', 'manifest.txt'];
  await command('tar', ['--posix', '-cf', ARCHIVE, ...files, '--use-compress-program', 'zstdmt'], {
    directory: temporary,
  });
}

/** Before and after an upload, and before a download, one small call of the service itself. */
async function callService(url: string): Promise<void> {
  const { body } = await request(url, { method: 'POST', body: '{}', dispatcher });
  await body.dump();
}

async function upload(file: string, url: string): Promise<void> {
  const { size } = await stat(file);
  const block = size <= SINGLE_UPLOAD ? size : BLOCK;
  await mapInParallel(pieces(0, size, block), AT_ONCE, async ({ start, end }) => {
    const headers = { 'content-length': String(end - start), 'content-range': `bytes ${start}-${end - 1}/${size}` };
    const body = createReadStream(file, { start, end: end - 1, highWaterMark: MIB });
    const answer = await request(url, { method: 'PUT', headers, body, dispatcher });
    await answer.body.dump();
    if (answer.statusCode !== 201) throw new Error(`the server answered with ${answer.statusCode}`);
  });
}

/** A segment is complete and written before the next begins. */
async function download(url: string, file: string): Promise<void> {
  const { headers, body } = await request(url, { method: 'HEAD', dispatcher });
  await body.dump();
  const handle = await open(file, 'w');
  try {
    for (const segment of pieces(0, Number(headers['content-length']), SEGMENT)) {
      const ranges = await mapInParallel(pieces(segment.start, segment.end, RANGE), AT_ONCE, ({ start, end }) =>
        fetchRange(url, start, end),
      );
      await handle.write(Buffer.concat(ranges));
    }
  } finally {
    await handle.close();
  }
}

async function fetchRange(url: string, start: number, end: number): Promise<Buffer> {
  const { body } = await request(url, { headers: { range: `bytes=${start}-${end - 1}` }, dispatcher });
  return buffer(body);
}

function pieces(start: number, end: number, size: number): readonly { readonly start: number; readonly end: number }[] {
  const count = Math.ceil((end - start) / size);
  return Array.from({ length: count }, (_, index) => {
    const from = start + index * size;
    return { start: from, end: Math.min(end, from + size) };
  });
}

await main(process.argv.slice(2));
