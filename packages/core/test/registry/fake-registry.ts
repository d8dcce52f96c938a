import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { digestOf, type Repository } from '../../src/reference/index.ts';

/** One request as a fault sees it. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  /** `GET /v2/app/blobs/sha256:…`, without the query. */
  readonly line: string;
  readonly authorization: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers a request in the registry's place; false leaves it to the registry. */
export type Fault = (exchange: Exchange) => boolean | Promise<boolean>;

export interface FakeRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  /** By `<repository>:<tag or digest>`. */
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Uint8Array }>;
  readonly exchanges: readonly Exchange[];
  /** Sessions that were neither finished nor cancelled. */
  readonly uploads: ReadonlySet<string>;
  repository(path: string): Repository;
  addBlob(content: string | Buffer): { mediaType: string; digest: `sha256:${string}`; size: number };
  /** The lines of the requests so far. */
  lines(): readonly string[];
}

/** A registry in this process, without authentication, that keeps to the specification except where a fault says otherwise. */
export async function startFakeRegistry(fault: Fault = () => false): Promise<FakeRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests: FakeRegistry['manifests'] = new Map();
  const exchanges: Exchange[] = [];
  const uploads = new Set<string>();

  const server = createServer((request, response) => {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', `http://${host}`);
    const line = `${method} ${url.pathname}`;
    const exchange = { method, url, line, authorization: request.headers.authorization, request, response };
    exchanges.push(exchange);
    void (async () => {
      if (await fault(exchange)) return;
      await answer(exchange, { blobs, manifests, uploads });
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    host,
    blobs,
    manifests,
    exchanges,
    uploads,
    repository: (path) => ({ registry: host, path }),
    addBlob(content) {
      const bytes = Buffer.from(content);
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return { mediaType: 'application/octet-stream', digest, size: bytes.byteLength };
    },
    lines: () => exchanges.map(({ line }) => line),
  };
}

/** Ends the exchange with a status, headers and a body. */
export function reply(
  { response }: Exchange,
  status: number,
  headers: Record<string, string> = {},
  body: string | Uint8Array = '',
): true {
  response.writeHead(status, headers).end(body);
  return true;
}

type Store = Pick<FakeRegistry, 'blobs' | 'manifests'> & { uploads: Set<string> };

async function answer(exchange: Exchange, store: Store): Promise<void> {
  const [, name = '', kind, rest = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(exchange.url.pathname) ?? [];
  if (kind === 'manifests') return answerManifest(exchange, store, `${name}:${rest}`);
  if (kind === 'blobs' && rest.startsWith('uploads/')) return answerUpload(exchange, store, name);
  if (kind === 'blobs') {
    answerBlob(exchange, store.blobs.get(rest));
    return;
  }
  reply(exchange, exchange.url.pathname === '/v2/' ? 200 : 404);
}

async function answerManifest(exchange: Exchange, { manifests }: Store, key: string): Promise<void> {
  if (exchange.method === 'PUT') {
    const bytes = await buffer(exchange.request);
    manifests.set(key, { mediaType: exchange.request.headers['content-type'] ?? '', bytes });
    reply(exchange, 201, { 'docker-content-digest': digestOf(bytes) });
    return;
  }
  const found = manifests.get(key);
  if (found === undefined) {
    reply(exchange, 404, {}, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    return;
  }
  const { bytes, mediaType } = found;
  const headers = { 'content-type': mediaType, 'docker-content-digest': digestOf(bytes) };
  reply(exchange, 200, { ...headers, 'content-length': String(bytes.byteLength) }, bytes);
}

async function answerUpload(exchange: Exchange, { blobs, uploads }: Store, name: string): Promise<void> {
  const { method, url, request } = exchange;
  if (method === 'POST') {
    const session = `/v2/${name}/blobs/uploads/${uploads.size}`;
    uploads.add(session);
    reply(exchange, 202, { location: `${session}?_state=a%2Fb%3D` });
    return;
  }
  const content = await buffer(request);
  uploads.delete(url.pathname);
  if (method === 'DELETE') {
    reply(exchange, 204);
    return;
  }
  const digest = url.searchParams.get('digest') ?? '';
  const valid = digest === digestOf(content) && url.search.startsWith('?_state=a%2Fb%3D&');
  if (valid) blobs.set(digest, content);
  reply(exchange, valid ? 201 : 400, {}, valid ? '' : '{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}');
}

function answerBlob(exchange: Exchange, content: Buffer | undefined): void {
  if (content === undefined) {
    reply(exchange, 404);
    return;
  }
  const start = Number(/^bytes=(\d+)-$/.exec(exchange.request.headers.range ?? '')?.[1] ?? 0);
  const part = content.subarray(start);
  const range = { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` };
  const headers = { 'content-length': String(part.byteLength), ...(start > 0 && range) };
  reply(exchange, start > 0 ? 206 : 200, headers, exchange.method === 'HEAD' ? '' : part);
}
