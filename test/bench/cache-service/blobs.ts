import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { answer, type Exchange, send } from './exchange.ts';
import { type CacheEntry, type Part, sizeOf } from './shelf.ts';

/** What every answer of Azure's blob service has. */
const ALWAYS = { 'x-ms-version': '2025-11-05', 'x-ms-request-id': '00000000-0000-0000-0000-000000000000' };
const MODIFIED = 'Fri, 20 Nov 2026 10:00:00 GMT';

/** Blobs as Azure's blob service gives and takes them: put at once, or in blocks that a list then names; read in ranges. */
export class Blobs {
  readonly #directory: string;
  /** Blocks of a blob that no list has named yet. */
  readonly #blocks = new Map<string, Part>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(exchange: Exchange, entry: CacheEntry): Promise<void> {
    if (exchange.incoming.headers['x-ms-blob-type'] !== 'BlockBlob') {
      refuse(exchange, 400, 'MissingRequiredHeader');
      return;
    }
    const part = await this.#receive(exchange);
    if (part === undefined) return;
    entry.parts = [part];
    this.#taken(exchange, entry);
  }

  async putBlock(exchange: Exchange, entry: CacheEntry): Promise<void> {
    const part = await this.#receive(exchange);
    if (part === undefined) return;
    this.#blocks.set(`${entry.id} ${exchange.url.searchParams.get('blockid') ?? ''}`, part);
    answer(exchange, 201, '', ALWAYS);
  }

  async putBlockList(exchange: Exchange, entry: CacheEntry): Promise<void> {
    const list = await text(exchange.incoming);
    const ids = [...list.matchAll(/<(Latest|Uncommitted)>([^<]+)<\/\1>/g)].map(([, , id = '']) => id);
    const parts = ids.map((id) => this.#blocks.get(`${entry.id} ${id}`));
    if (parts.includes(undefined)) {
      refuse(exchange, 400, 'InvalidBlockList');
      return;
    }
    entry.parts = parts.filter((part) => part !== undefined);
    this.#taken(exchange, entry);
  }

  async get(exchange: Exchange, entry: CacheEntry): Promise<void> {
    const { headers } = exchange.incoming;
    const size = sizeOf(entry);
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(String(headers['x-ms-range'] ?? headers.range ?? '')) ?? [];
    if (start === undefined) {
      await send(exchange, { status: 200, headers: this.#properties(entry) }, entry.parts, { start: 0, end: size });
      return;
    }
    const section = { start: Number(start), end: end === '' ? size : Math.min(Number(end) + 1, size) };
    if (section.start >= size) {
      refuse(exchange, 416, 'InvalidRange', { 'content-range': `bytes */${size}` });
      return;
    }
    const range = { 'content-range': `bytes ${section.start}-${section.end - 1}/${size}` };
    await send(exchange, { status: 206, headers: { ...this.#properties(entry), ...range } }, entry.parts, section);
  }

  head({ response, record }: Exchange, entry: CacheEntry): void {
    record.status = 200;
    response.writeHead(200, { ...this.#properties(entry), 'content-length': sizeOf(entry) }).end();
  }

  /** Undefined when the content is not what its header says, which is answered then. */
  async #receive(exchange: Exchange): Promise<Part | undefined> {
    const file = path.join(this.#directory, randomUUID());
    const hash = createHash('md5');
    exchange.incoming.on('data', (bytes: Buffer) => hash.update(bytes));
    await pipeline(exchange.incoming, createWriteStream(file));
    const said = exchange.incoming.headers['content-md5'];
    if (said !== undefined && said !== hash.digest('base64')) {
      refuse(exchange, 400, 'Md5Mismatch');
      return undefined;
    }
    return { file, size: (await stat(file)).size };
  }

  #taken(exchange: Exchange, entry: CacheEntry): void {
    const headers = { ...ALWAYS, etag: etagOf(entry), 'last-modified': MODIFIED };
    answer(exchange, 201, '', { ...headers, 'x-ms-request-server-encrypted': 'true' });
  }

  #properties(entry: CacheEntry): Readonly<Record<string, string>> {
    return {
      ...ALWAYS,
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      etag: etagOf(entry),
      'last-modified': MODIFIED,
      'x-ms-blob-type': 'BlockBlob',
    };
  }
}

/** Refuses as Azure does: the code in a header and in XML. */
export function refuse(
  exchange: Exchange,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.incoming.resume();
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  answer(exchange, status, body, { ...ALWAYS, ...headers, 'content-type': 'application/xml', 'x-ms-error-code': code });
}

function etagOf({ id, parts }: CacheEntry): string {
  return `"0x${id.toString(16)}${parts.length}"`;
}
