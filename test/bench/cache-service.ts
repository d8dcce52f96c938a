import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Blobs, refuse } from './cache-service/blobs.ts';
import { answer, type Exchange, type ServiceRequest } from './cache-service/exchange.ts';
import type { FaultRule, Operation } from './cache-service/faults.ts';
import { answerLegacy, LEGACY } from './cache-service/legacy.ts';
import { type CacheEntry, Shelf } from './cache-service/shelf.ts';
import { READ, Tokens, type TokenScope, WRITE } from './cache-service/tokens.ts';
import { answerTwirp, isTwirpMethod, TWIRP, type TwirpService } from './cache-service/twirp.ts';

export { type Fault, type FaultRule, faulty, type Operation } from './cache-service/faults.ts';
export type { ServiceRequest } from './cache-service/exchange.ts';
export { type CacheEntry, sizeOf } from './cache-service/shelf.ts';
export type { TokenScope } from './cache-service/tokens.ts';

/** What a run on the default branch may. */
export const MAIN: TokenScope = { Scope: 'refs/heads/main', Permission: READ | WRITE };

export interface CacheServiceOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** As clients are to see the server, where something is between: `http://127.0.0.1:1234/`. Default: the server itself. */
  readonly publicUrl?: string;
}

export interface CacheService {
  /** For `ACTIONS_RESULTS_URL`, and `ACTIONS_CACHE_URL`. */
  readonly url: string;
  /** For `ACTIONS_RUNTIME_TOKEN`; of a run on the default branch unless told otherwise. The first scope is the run's own. */
  token(scopes?: readonly TokenScope[]): string;
  /** What came, in its order. */
  readonly requests: ServiceRequest[];
  /** What is kept, oldest first. */
  readonly entries: readonly CacheEntry[];
  /** What goes wrong from now on; nothing without. */
  fail(rule?: FaultRule): void;
  /** Takes entries away, as GitHub does when it needs room. */
  evict(isGone: (entry: CacheEntry) => boolean): void;
  /** Puts an entry there, as somebody else's job does. */
  plant(entry: Pick<CacheEntry, 'key' | 'version' | 'scope'>, content: Uint8Array): Promise<void>;
  /** URLs given until now are refused from now on. */
  expireUrls(): void;
  close(): Promise<void>;
}

/**
 * GitHub's cache service, second version (Twirp, and Azure's block blobs behind signed URLs), with the first version beside it. As far as
 * clients can tell: `test/integration/cache-service` has `@actions/cache` and Azure's own client use it.
 */
export async function startCacheService(options: CacheServiceOptions = {}): Promise<CacheService> {
  const directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-cache-service-'));
  const server = new Server(directory);
  const http = createServer((incoming, response) => {
    server.take(incoming, response).catch(() => response.destroy());
  });
  http.listen(options.port ?? 0, '127.0.0.1');
  await once(http, 'listening');
  server.url = options.publicUrl ?? `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const { requests, shelf, tokens } = server;
  return {
    url: server.url,
    token: (scopes = [MAIN]) => tokens.issue(scopes),
    requests,
    entries: shelf.entries,
    fail: (rule = () => undefined) => void (server.faults = rule),
    evict: (isGone) => {
      shelf.evict(isGone);
    },
    plant: (entry, content) => server.plant(entry, content),
    expireUrls: () => {
      server.generation++;
    },
    close: async () => {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Behind it is the entry's number. The names of an account and a container, as Azure's client wants them with an address as host. */
const BLOB = '/account/container/';
const BLOB_OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT ': 'PutBlob',
  'PUT block': 'PutBlock',
  'PUT blocklist': 'PutBlockList',
  'GET ': 'GetBlob',
  'HEAD ': 'HeadBlob',
};

class Server implements TwirpService {
  readonly requests: ServiceRequest[] = [];
  readonly shelf = new Shelf();
  readonly tokens = new Tokens();
  readonly #directory: string;
  readonly #blobs: Blobs;
  url = '';
  faults: FaultRule = () => undefined;
  generation = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#blobs = new Blobs(directory);
  }

  async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.url);
    const operation = operationOf(incoming.method ?? '', url);
    if (operation === undefined) {
      incoming.resume();
      response.writeHead(404).end();
      return;
    }
    const authorized = incoming.headers.authorization !== undefined;
    const bytesUp = Number(incoming.headers['content-length'] ?? 0);
    const record: ServiceRequest = { operation, authorized, bytesUp, status: 0, bytesDown: 0 };
    this.requests.push(record);
    const exchange = { incoming, response, url, record, fault: this.faults(operation) };
    if (!isSpoilt(exchange)) await this.#serve(exchange);
  }

  async plant(entry: Pick<CacheEntry, 'key' | 'version' | 'scope'>, content: Uint8Array): Promise<void> {
    const file = path.join(this.#directory, randomUUID());
    await writeFile(file, content);
    const planted = this.shelf.reserve(entry);
    if (planted === undefined) throw new Error(`there is an entry "${entry.key}"`);
    Object.assign(planted, { isComplete: true, parts: [{ file, size: content.length }] });
  }

  sign({ id }: CacheEntry, rights: 'r' | 'w'): string {
    const url = new URL(`${BLOB.slice(1)}${id}`, this.url);
    const sig = this.tokens.sign(`${id} ${rights} ${this.generation}`);
    url.search = new URLSearchParams({ sv: '2025-11-05', sp: rights, sig }).toString();
    return url.href;
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { pathname } = exchange.url;
    const { operation } = exchange.record;
    if (isTwirpMethod(operation)) await answerTwirp(exchange, operation, this);
    else if (pathname.startsWith(LEGACY)) await answerLegacy(exchange, this, this.#directory);
    else await this.#serveBlob(exchange);
  }

  async #serveBlob(exchange: Exchange): Promise<void> {
    const { record, url } = exchange;
    const entry = this.shelf.byId(Number(url.pathname.slice(BLOB.length)));
    const rights = record.operation.startsWith('Put') ? 'w' : 'r';
    if (entry === undefined) {
      refuse(exchange, 404, 'BlobNotFound');
    } else if (new URL(this.sign(entry, rights)).searchParams.get('sig') !== url.searchParams.get('sig')) {
      refuse(exchange, 403, 'AuthenticationFailed');
    } else if (record.operation === 'PutBlob') await this.#blobs.put(exchange, entry);
    else if (record.operation === 'PutBlock') await this.#blobs.putBlock(exchange, entry);
    else if (record.operation === 'PutBlockList') await this.#blobs.putBlockList(exchange, entry);
    else if (record.operation === 'HeadBlob') this.#blobs.head(exchange, entry);
    else await this.#blobs.get(exchange, entry);
  }
}

function operationOf(method: string, { pathname, searchParams }: URL): Operation | undefined {
  if (pathname.startsWith(BLOB)) return BLOB_OPERATIONS[`${method} ${searchParams.get('comp') ?? ''}`];
  if (pathname.startsWith(LEGACY)) return method === 'PATCH' ? 'Archive' : 'Caches';
  const name = pathname.slice(TWIRP.length);
  return pathname.startsWith(TWIRP) && method === 'POST' && isTwirpMethod(name) ? name : undefined;
}

/** Whether the fault leaves nothing to be answered. */
function isSpoilt(exchange: Exchange): boolean {
  const { fault, incoming, record, response } = exchange;
  const isInBody = record.operation === 'GetBlob' || (fault?.kind === 'cut' && fault.at > 0);
  if (fault === undefined || (isInBody && fault.kind !== 'status' && fault.kind !== 'silence')) return false;
  if (fault.kind === 'cut') response.destroy();
  else incoming.resume();
  if (fault.kind === 'status') {
    const body = JSON.stringify({ code: 'unavailable', msg: 'a fault of the bench' });
    answer(exchange, fault.status, body, { 'content-type': 'application/json', ...fault.headers });
  }
  return true;
}
