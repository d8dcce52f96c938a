import { Readable } from 'node:stream';
import { BuildpacksError, type ByteRange, type Network } from '@buildpacks-ci/core';
import { type Answer, exchange, headerOf, messageOf, refusal, unbroken } from '../exchange.ts';

/** What a signed URL gave. */
export type Download =
  | { readonly kind: 'bytes'; readonly bytes: AsyncIterable<Uint8Array> }
  /** The content is not there any more. */
  | { readonly kind: 'gone' }
  /** The URL does not count any more. */
  | { readonly kind: 'expired' };

export interface DownloadRequest {
  readonly url: URL;
  /** Absent: all of it. */
  readonly range?: ByteRange;
  /** A longer answer is refused before it is read. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** Reads from a blob store by a signed URL: bytes of a range, which may end early, and nothing behind the end. */
export async function download(network: Network, request: DownloadRequest): Promise<Download> {
  const { url, range, maxBytes = Number.POSITIVE_INFINITY, signal } = request;
  const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
  const answer = await exchange(network, { url, method: 'GET', headers, signal });
  const first = firstByte(answer);
  if (first === undefined) {
    await messageOf(answer, "GitHub's cache", signal);
    return withoutBytes(answer);
  }
  const wanted = range ?? { start: 0, end: maxBytes + 1 };
  if (Number(headerOf(answer, 'content-length') ?? 0) > maxBytes || first > wanted.start) {
    answer.body.destroy();
    const what = first > wanted.start ? 'other bytes than it was asked for' : 'more bytes than an index has';
    throw new BuildpacksError('image', `the storage of GitHub's cache sent ${what}`);
  }
  return { kind: 'bytes', bytes: section(answer, { start: wanted.start - first, end: wanted.end - first }, signal) };
}

/** The place of an answer's first byte in the content; undefined when it holds none. */
function firstByte(answer: Answer): number | undefined {
  if (answer.statusCode === 200) return 0;
  if (answer.statusCode !== 206) return undefined;
  const [, start] = /^bytes (\d+)-/.exec(headerOf(answer, 'content-range') ?? '') ?? [];
  return start === undefined ? Number.POSITIVE_INFINITY : Number(start);
}

function withoutBytes(answer: Answer): Download {
  switch (answer.statusCode) {
    case 403:
      return { kind: 'expired' };
    case 404:
      return { kind: 'gone' };
    case 416:
      return { kind: 'bytes', bytes: Readable.from([]) };
    default:
      throw refusal("the storage of GitHub's cache", answer);
  }
}

/** What lies in the section, of a body that may begin before it and end behind it. */
async function* section({ body }: Answer, { start, end }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of unbroken(body, "GitHub's cache", signal)) {
    const part = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += piece.length;
    if (part.length > 0) yield part;
    // At the end itself the answer is read out, so that its connection can be used again.
    if (at > end) return;
  }
}
