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
  if (pathname === '/v2/_catalog') return catalogueAnswer(question.url, store);
  const [, name = '', kind, rest = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(pathname) ?? [];
  if (kind === 'tags') return tagsAnswer(question.url, store, name);
  if (kind === 'manifests') return manifestAnswer(question, store, `${name}:${rest}`);
  if (kind === 'blobs' && rest.startsWith('uploads/')) return uploadAnswer(question, store, name);
  if (kind === 'blobs') return blobAnswer(question, store.blobs.get(rest));
  if (pathname.startsWith('/signed/')) return blobAnswer(question, store.blobs.get(pathname.slice('/signed/'.length)));
  return makeReply(pathname === '/v2/' ? 200 : 404);
}

async function manifestAnswer({ method, request }: Question, { manifests }: Store, key: string): Promise<Reply> {
  if (method === 'PUT') {
    const bytes = await buffer(request);
    const manifest = { mediaType: request.headers['content-type'] ?? '', bytes };
    manifests.set(key, manifest);
    manifests.set(`${repositoryIn(key)}:${digestOf(bytes)}`, manifest);
    return makeReply(201, { 'docker-content-digest': digestOf(bytes) });
  }
  const found = manifests.get(key);
  if (found === undefined) return makeError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (method === 'DELETE') return deleteManifest(manifests, key);
  const { bytes, mediaType } = found;
  const headers = { 'content-type': mediaType, 'docker-content-digest': digestOf(bytes) };
  return makeReply(200, { ...headers, 'content-length': String(bytes.byteLength) }, bytes);
}

/** Under its digest and every tag that has it. */
function deleteManifest(manifests: Store['manifests'], key: string): Reply {
  const digest = key.slice(repositoryIn(key).length + 1);
  if (!digest.startsWith('sha256:')) return makeError(405, 'UNSUPPORTED', 'a manifest is deleted by its digest');
  for (const [name, { bytes }] of manifests) {
    if (repositoryIn(name) === repositoryIn(key) && digestOf(bytes) === digest) manifests.delete(name);
  }
  return makeReply(202);
}

/** At most two on a page, as of tags. */
function catalogueAnswer({ searchParams }: URL, { manifests }: Store): Reply {
  const names = [...new Set([...manifests.keys()].map(repositoryIn))].sort();
  const left = names.filter((name) => name > (searchParams.get('last') ?? ''));
  const page = left.slice(0, 2);
  const link = `</v2/_catalog?n=2&last=${encodeURIComponent(page.at(-1) ?? '')}>; rel="next"`;
  const headers = { 'content-type': 'application/json', ...(left.length > 2 && { link }) };
  return makeReply(200, headers, JSON.stringify({ repositories: page }));
}

/** At most two on a page, so that there are several. */
function tagsAnswer({ searchParams }: URL, { manifests }: Store, repository: string): Reply {
  const names = [...manifests.keys()].filter((key) => repositoryIn(key) === repository);
  if (names.length === 0) return makeError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const tags = names.map((name) => name.slice(repository.length + 1)).filter((name) => !name.startsWith('sha256:'));
  const left = tags.sort().filter((tag) => tag > (searchParams.get('last') ?? ''));
  const page = left.slice(0, 2);
  const link = `</v2/${repository}/tags/list?n=2&last=${page.at(-1) ?? ''}>; rel="next"`;
  const headers = { 'content-type': 'application/json', ...(left.length > 2 && { link }) };
  return makeReply(200, headers, JSON.stringify({ name: repository, tags: page }));
}

function repositoryIn(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

function blobAnswer({ request }: Question, content: Buffer | undefined): Reply {
  if (content === undefined) return makeError(404, 'BLOB_UNKNOWN', 'blob unknown');
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(last ? Number(last) + 1 : content.byteLength, content.byteLength);
  const isPart = start > 0 || end < content.byteLength;
  if (start > 0 && start >= content.byteLength) return makeReply(416);
  const part = content.subarray(start, end);
  const range = { 'content-range': `bytes ${start}-${end - 1}/${content.byteLength}` };
  const headers = { 'content-length': String(part.byteLength), ...(isPart && range) };
  return makeReply(isPart ? 206 : 200, headers, part);
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
