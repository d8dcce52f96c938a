import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Fault, Operation } from './faults.ts';
import type { Part } from './shelf.ts';

/** A request that came, as tests look at it. */
export interface ServiceRequest {
  readonly operation: Operation;
  /** Whether it carried a token. */
  readonly authorized: boolean;
  readonly bytesUp: number;
  status: number;
  /** Bytes of the answer's body. */
  bytesDown: number;
}

/** One request and its answer. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly record: ServiceRequest;
  readonly fault: Fault | undefined;
}

/** Bytes of an entry: `end` is behind the last. */
export interface Section {
  readonly start: number;
  readonly end: number;
}

/** Answers with a short body. One that is cut has been thought of, but does not arrive. */
export function answer(
  { response, record, fault }: Exchange,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  record.status = status;
  record.bytesDown = Buffer.byteLength(body);
  response.writeHead(status, { 'content-length': record.bytesDown, ...headers });
  if (fault?.kind === 'cut') response.write(body.slice(0, body.length * fault.at), () => response.destroy());
  else response.end(body);
}

export function answerJson(exchange: Exchange, status: number, body: object): void {
  answer(exchange, status, JSON.stringify(body), { 'content-type': 'application/json' });
}

/** Sends a section of what the parts make together, as far as the fault lets it. */
export async function send(
  { response, record, fault }: Exchange,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  parts: readonly Part[],
  { start, end }: Section,
): Promise<void> {
  const isShort = fault?.kind === 'stall' || fault?.kind === 'cut';
  const length = isShort ? Math.floor((end - start) * fault.at) : end - start;
  record.status = status;
  record.bytesDown = length;
  response.writeHead(status, { ...headers, 'content-length': end - start });
  // What was promised and does not come keeps the answer open.
  await pipeline(Readable.from(bytesOf(parts, { start, end: start + length }, fault)), response, { end: !isShort });
  if (fault?.kind === 'cut') response.destroy();
}

async function* bytesOf(
  parts: readonly Part[],
  { start, end }: Section,
  fault: Fault | undefined,
): AsyncGenerator<Buffer> {
  let at = 0;
  for (const { file, size } of parts) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, size);
    at += size;
    if (from >= to) continue;
    const stream = createReadStream(file, { start: from, end: to - 1, highWaterMark: 256 * 1024 });
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      yield fault?.kind === 'garbage' ? Buffer.alloc(bytes.length, 'x') : bytes;
    }
  }
}
