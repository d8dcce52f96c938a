import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { answer, answerJson, type Exchange } from './exchange.ts';
import type { CacheEntry } from './shelf.ts';
import type { TwirpService } from './twirp.ts';
import { type TokenScope, writeScope } from './tokens.ts';

export const LEGACY = '/_apis/artifactcache/';

interface Call {
  readonly exchange: Exchange;
  readonly service: TwirpService;
  readonly scopes: readonly TokenScope[];
}

/**
 * The service's first version, which GitHub Enterprise Server has: entries are found by `cache`, reserved by `caches`, sent in pieces to
 * `caches/<id>`, and completed there.
 */
export async function answerLegacy(exchange: Exchange, service: TwirpService, directory: string): Promise<void> {
  const { incoming, url } = exchange;
  const scopes = service.tokens.scopesOf(incoming.headers.authorization);
  if (scopes === undefined) {
    answerJson(exchange, 401, { message: 'the token is not valid' });
    return;
  }
  const [, id] = /^caches\/(\d+)$/.exec(url.pathname.slice(LEGACY.length)) ?? [];
  const entry = id === undefined ? undefined : service.shelf.byId(Number(id));
  if (entry !== undefined) await fill(exchange, entry, directory);
  else if (incoming.method === 'GET') look({ exchange, service, scopes });
  else await reserve({ exchange, service, scopes });
}

async function fill(exchange: Exchange, entry: CacheEntry, directory: string): Promise<void> {
  const { incoming } = exchange;
  const file = entry.parts[0]?.file ?? path.join(directory, randomUUID());
  if (incoming.method === 'PATCH') await write(exchange, file);
  else await json(incoming);
  entry.parts = [{ file, size: (await stat(file)).size }];
  entry.isComplete = incoming.method === 'POST';
  answer(exchange, 204, '');
}

function look({ exchange, service, scopes }: Call): void {
  const { searchParams } = exchange.url;
  const keys = (searchParams.get('keys') ?? '').split(',');
  const found = service.shelf.match({ keys, version: searchParams.get('version') ?? '' }, scopes);
  if (found === undefined) {
    answer(exchange, 204, '');
    return;
  }
  const { key, scope } = found;
  answerJson(exchange, 200, { cacheKey: key, scope, archiveLocation: service.sign(found, 'r') });
}

async function reserve({ exchange, service, scopes }: Call): Promise<void> {
  const { key = '', version = '' } = (await json(exchange.incoming)) as { key?: string; version?: string };
  const scope = writeScope(scopes);
  const reserved = scope === undefined ? undefined : service.shelf.reserve({ key, version, scope });
  if (reserved !== undefined) answerJson(exchange, 201, { cacheId: reserved.id });
  else if (scope === undefined) answerJson(exchange, 403, { message: 'cache write denied: the token may only read' });
  else answerJson(exchange, 409, { message: 'there is an entry with this key' });
}

async function write({ incoming }: Exchange, file: string): Promise<void> {
  let at = Number(/^bytes (\d+)-/.exec(incoming.headers['content-range'] ?? '')?.[1] ?? 0);
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT);
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) {
      await handle.write(piece, 0, piece.length, at);
      at += piece.length;
    }
  } finally {
    await handle.close();
  }
}
