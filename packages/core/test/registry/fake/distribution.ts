import { buffer } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { digestOf } from '../../../src/reference/index.ts';
import { makeError, makeReply, type Reply } from './reply.ts';
import type { Store } from './store.ts';

/** The part of a request that a registry's answer depends on. */
export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly request: IncomingMessage;
}

/**
 * What a registry answers that keeps to the OCI distribution specification, without authentication. Mounts are answered
 * with a new upload, which the specification allows. `/signed/<digest>` is the object store that registries send
 * downloads to.
 */
export async function distributionAnswer(question: Question, store: Store): Promise<Reply> {
  const { pathname } = question.url;
  const [, name = '', kind, rest = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(pathname) ?? [];
  if (kind === 'manifests') return manifestAnswer(question, store, `${name}:${rest}`);
  if (kind === 'blobs' && rest.startsWith('uploads/')) return uploadAnswer(question, store, name);
  if (kind === 'blobs') return blobAnswer(question, store.blobs.get(rest));
  if (pathname.startsWith('/signed/')) return blobAnswer(question, store.blobs.get(pathname.slice('/signed/'.length)));
  return makeReply(pathname === '/v2/' ? 200 : 404);
}

async function manifestAnswer({ method, request }: Question, { manifests }: Store, key: string): Promise<Reply> {
  if (method === 'PUT') {
    const bytes = await buffer(request);
    manifests.set(key, { mediaType: request.headers['content-type'] ?? '', bytes });
    return makeReply(201, { 'docker-content-digest': digestOf(bytes) });
  }
  const found = manifests.get(key);
  if (found === undefined) return makeError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const { bytes, mediaType } = found;
  const headers = { 'content-type': mediaType, 'docker-content-digest': digestOf(bytes) };
  return makeReply(200, { ...headers, 'content-length': String(bytes.byteLength) }, bytes);
}

function blobAnswer({ request }: Question, content: Buffer | undefined): Reply {
  if (content === undefined) return makeError(404, 'BLOB_UNKNOWN', 'blob unknown');
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start > 0 && start >= content.byteLength) return makeReply(416);
  const part = content.subarray(start);
  const range = { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` };
  const headers = { 'content-length': String(part.byteLength), ...(start > 0 && range) };
  return makeReply(start > 0 ? 206 : 200, headers, part);
}

async function uploadAnswer(question: Question, store: Store, repository: string): Promise<Reply> {
  const { method, url, request } = question;
  if (method === 'POST') return makeReply(202, { location: locationOf(store.openUpload(repository), 0) });
  const had = store.uploads.get(url.pathname);
  if (had === undefined) return makeError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown');
  if (method === 'GET') return makeReply(204, progressHeaders(url.pathname, had));
  const sent = await buffer(request);
  if (method === 'DELETE') {
    store.uploads.delete(url.pathname);
    return makeReply(204);
  }
  const start = Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1] ?? had.byteLength);
  if (start !== had.byteLength) return makeReply(416, progressHeaders(url.pathname, had));
  const content = Buffer.concat([had, sent]);
  store.uploads.set(url.pathname, content);
  return method === 'PATCH' ? makeReply(202, progressHeaders(url.pathname, content)) : finish(url, content, store);
}

/** Refuses a location that was not used as it was given, byte for byte. */
function finish(url: URL, content: Buffer, store: Store): Reply {
  const digest = url.searchParams.get('digest') ?? '';
  store.uploads.delete(url.pathname);
  if (digest !== digestOf(content)) return makeError(400, 'DIGEST_INVALID', 'the digest does not fit');
  if (!url.search.startsWith('?_state=a%2F')) return makeError(400, 'BLOB_UPLOAD_INVALID', 'this is not my location');
  store.blobs.set(digest, content);
  return makeReply(201, { 'docker-content-digest': digest });
}

function progressHeaders(session: string, { byteLength }: Buffer): Record<string, string> {
  return { location: locationOf(session, byteLength), range: `0-${Math.max(0, byteLength - 1)}` };
}

/** Relative, with a query that must come back unchanged. */
function locationOf(session: string, received: number): string {
  return `${session}?_state=a%2Fb%3D${received === 0 ? '' : received}`;
}
