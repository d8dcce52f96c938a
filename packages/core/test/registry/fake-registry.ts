import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Repository } from '../../src/reference/index.ts';
import { distributionAnswer } from './fake/distribution.ts';
import { makeReply, type Reply, writeHead } from './fake/reply.ts';
import { Store } from './fake/store.ts';

/** One request as a fault sees it. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  /** `GET /v2/app/blobs/sha256:…`, without the query. */
  readonly line: string;
  readonly authorization: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What a registry without faults answers; reads the request's body. */
  answer(): Promise<Reply>;
}

/** Answers a request in the registry's place; false leaves it to the registry. */
export type Fault = (exchange: Exchange) => boolean | Promise<boolean>;

export interface FakeRegistry extends Pick<Store, 'blobs' | 'manifests' | 'uploads'> {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly exchanges: readonly Exchange[];
  repository(path: string): Repository;
  addBlob: Store['addBlob'];
  /** The lines of the requests so far. */
  lines(): readonly string[];
}

export interface FakeRegistryOptions {
  /** Shared by registries that are to hold the same. */
  readonly store?: Store;
  /** The loopback address to listen on. */
  readonly address?: '127.0.0.1' | '::1';
}

/** A registry in this process, without authentication, that keeps to the specification except where a fault says otherwise. */
export async function startFakeRegistry(
  fault: Fault = () => false,
  { store = new Store(), address = '127.0.0.1' }: FakeRegistryOptions = {},
): Promise<FakeRegistry> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    const exchange = makeExchange(request, response, { host, store });
    exchanges.push(exchange);
    void (async () => {
      if (await fault(exchange)) return;
      send(exchange, await exchange.answer());
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const host = address === '::1' ? `[::1]:${port}` : `${address}:${port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    host,
    blobs: store.blobs,
    manifests: store.manifests,
    uploads: store.uploads,
    exchanges,
    repository: (path) => ({ registry: host, path }),
    addBlob: (content) => store.addBlob(content),
    lines: () => exchanges.map(({ line }) => line),
  };
}

interface Server {
  readonly host: string;
  readonly store: Store;
}

function makeExchange(request: IncomingMessage, response: ServerResponse, { host, store }: Server): Exchange {
  const method = request.method ?? '';
  const url = new URL(request.url ?? '/', `http://${host}`);
  return {
    method,
    url,
    line: `${method} ${url.pathname}`,
    authorization: request.headers.authorization,
    request,
    response,
    answer: () => distributionAnswer({ method, url, request }, store),
  };
}

/** Ends the exchange with an answer, without a body for HEAD. */
export function send({ response, method }: Exchange, answer: Reply): true {
  writeHead(response, answer);
  response.end(method === 'HEAD' ? '' : answer.body);
  return true;
}

/** Ends the exchange with a status, headers and a body. */
export function reply(
  exchange: Exchange,
  status: number,
  headers: Record<string, string> = {},
  body: string | Uint8Array = '',
): true {
  return send(exchange, makeReply(status, headers, body));
}
