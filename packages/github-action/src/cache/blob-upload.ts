import { createReadStream } from 'node:fs';
import type { Clock, Network } from '@buildpacks-ci/core';
import { inTime } from './deadline.ts';
import { exchange, messageOf, refusal, type Request } from '../exchange.ts';
import { type RetryLimits, withRetries } from './retry.ts';

const MIB = 1024 * 1024;
/** What is put at once, and the size of blocks of what is larger. */
const BLOCK = 8 * MIB;
/** Blocks under way. */
const AT_ONCE = 8;

export interface UploadPorts {
  readonly network: Network;
  readonly clock: Clock;
  readonly limits: {
    /** Milliseconds for a block of 8 MiB, from its first byte to the answer. */
    readonly block: number;
  } & RetryLimits;
}

/** Bytes to be sent: in memory, or of a file. */
export type Content = { readonly bytes: Uint8Array } | { readonly file: string; readonly size: number };

/**
 * Fills the blob of a signed URL, as Azure's block blobs are filled: small content at once, larger in blocks side by side, which a list then
 * makes the content. A block that fails is sent again.
 *
 * @throws BuildpacksError
 */
export async function upload(ports: UploadPorts, url: URL, content: Content, signal: AbortSignal): Promise<void> {
  const size = sizeOf(content);
  if (size <= BLOCK) {
    await put(ports, { url, part: () => part(content, 0, size), size, type: 'BlockBlob' }, signal);
    return;
  }
  const ids = Array.from({ length: Math.ceil(size / BLOCK) }, (_, index) => idOf(index));
  await sendBlocks(ports, { url, content, ids }, signal);
  const list = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map(latest).join('')}</BlockList>`);
  await put(ports, { url: withQuery(url, { comp: 'blocklist' }), part: () => list, size: list.length }, signal);
}

interface Blocks {
  readonly url: URL;
  readonly content: Content;
  readonly ids: readonly string[];
}

async function sendBlocks(ports: UploadPorts, { url, content, ids }: Blocks, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const waiting = ids.entries();
  const worker = async () => {
    for (const [index, id] of waiting) {
      const start = index * BLOCK;
      const end = Math.min(start + BLOCK, sizeOf(content));
      const target = withQuery(url, { comp: 'block', blockid: id });
      await put(ports, { url: target, part: () => part(content, start, end), size: end - start }, either);
    }
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, () =>
      worker().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
}

interface Put {
  readonly url: URL;
  /** Made anew for each attempt. */
  readonly part: () => Request['body'];
  readonly size: number;
  /** Of a blob that is put at once. */
  readonly type?: 'BlockBlob';
}

function put(
  { network, clock, limits }: UploadPorts,
  { url, part, size, type }: Put,
  signal: AbortSignal,
): Promise<void> {
  const headers = {
    'content-length': String(size),
    'content-type': 'application/octet-stream',
    ...(type !== undefined && { 'x-ms-blob-type': type }),
  };
  return withRetries({ clock, limits, signal }, () =>
    inTime({ milliseconds: limits.block, clock, signal }, async (limited) => {
      const body = part();
      const answer = await exchange(network, {
        url,
        method: 'PUT',
        headers,
        signal: limited,
        ...(body !== undefined && { body }),
      });
      await messageOf(answer, "GitHub's cache", limited);
      if (answer.statusCode !== 201) throw refusal("the storage of GitHub's cache", answer);
    }),
  );
}

function part(content: Content, start: number, end: number): Request['body'] {
  if ('bytes' in content) return content.bytes;
  return createReadStream(content.file, { start, end: end - 1, highWaterMark: 256 * 1024 });
}

export function sizeOf(content: Content): number {
  return 'bytes' in content ? content.bytes.length : content.size;
}

/** All of the same length, as Azure wants them. */
function idOf(index: number): string {
  return Buffer.from(String(index).padStart(6, '0')).toString('base64');
}

function latest(id: string): string {
  return `<Latest>${id}</Latest>`;
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target;
}
