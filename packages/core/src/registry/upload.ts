import { Readable } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, formatRepository, type Repository, sameRepository } from '../reference/index.ts';
import { RegistryError } from './error.ts';
import type { Access } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import { parseUrl, redactUrl, refuseUrl, withParameter } from './url.ts';
import type { Answer } from './wire.ts';

/** Milliseconds. After the last byte a registry may move a large blob to its store before it answers. */
const PATIENCE = 5 * 60 * 1000;

export type OpenBlob = () => Readable | Promise<Readable>;

/** Uploads in one piece: POST, then PUT with the digest. Tried again as a whole, with the source opened anew. */
export async function uploadBlob(
  transport: Transport,
  repository: Repository,
  descriptor: Descriptor,
  open: OpenBlob,
): Promise<void> {
  const task = `upload the blob ${formatRepository(repository)}@${descriptor.digest}`;
  const access: Access = { repository, right: 'push' };
  await transport.retrying(async () => {
    const location = await startUpload(transport, task, access);
    try {
      await finishUpload(transport, { task, access, location, descriptor, open });
    } catch (error) {
      // Without an answer the registry is out of reach for this, too; it removes abandoned uploads by itself.
      if (!(error instanceof RegistryError) || error.status !== undefined) await cancel(transport, access, location);
      throw error;
    }
  });
}

/** False when the registry does not mount: the blob is not in `from` or not on this registry, or mounting is not allowed. */
export async function mountBlob(
  transport: Transport,
  repository: Repository,
  digest: Digest,
  from: Repository,
): Promise<boolean> {
  if (repository.registry !== from.registry || sameRepository(repository, from)) return false;
  const call: Call = {
    task: `mount the blob ${digest} from ${formatRepository(from)} into ${formatRepository(repository)}`,
    method: 'POST',
    target: `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from.path)}`,
    access: { repository, right: 'push', from },
    expect: [201, 202],
    errand: 'upload',
  };
  const opened = await transport
    .call(call, async (answer) => {
      await answer.discard();
      return answer.status === 201 ? 'mounted' : uploadLocation(answer, call.task);
    })
    .catch((error: unknown): 'refused' => {
      // A refusal may be meant for the source only: the upload that follows tells whether it was.
      if (error instanceof RegistryError && error.code !== 'temporary') return 'refused';
      throw error;
    });
  if (opened instanceof URL) await cancel(transport, { repository, right: 'push' }, opened);
  return opened === 'mounted';
}

/** Begins an upload and cancels it: the one question about the right to push that every registry answers. */
export async function checkPush(transport: Transport, repository: Repository): Promise<void> {
  const access: Access = { repository, right: 'push' };
  const task = `push to ${formatRepository(repository)}`;
  const location = await transport.retrying(() => startUpload(transport, task, access));
  await cancel(transport, access, location);
}

function startUpload(transport: Transport, task: string, access: Access): Promise<URL> {
  const call: Call = {
    task,
    method: 'POST',
    target: 'blobs/uploads/',
    access,
    expect: [202],
    errand: 'upload',
  };
  return transport.once(call, async (answer) => {
    await answer.discard();
    return uploadLocation(answer, task);
  });
}

interface Upload {
  readonly task: string;
  readonly access: Access;
  readonly location: URL;
  readonly descriptor: Descriptor;
  readonly open: OpenBlob;
}

async function finishUpload(transport: Transport, { task, access, location, descriptor, open }: Upload): Promise<void> {
  const call: Call = {
    task,
    method: 'PUT',
    target: withParameter(location, 'digest', descriptor.digest),
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(descriptor.size) },
    body: async () => Readable.from(exactly(descriptor, await open()), { objectMode: false }),
    access,
    expect: [200, 201, 204],
    errand: 'upload',
    patience: PATIENCE,
  };
  await transport.once(call, (answer) => answer.discard());
}

/** The source's bytes; fails as soon as there are more or, at the end, fewer than announced. */
async function* exactly({ digest, size }: Descriptor, source: Readable): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    sent += chunk.byteLength;
    if (sent > size) break;
    yield chunk;
  }
  if (sent === size) return;
  const found = sent > size ? 'more' : String(sent);
  throw new BuildpacksError('image', `the blob ${digest} should have ${size} bytes and has ${found}`);
}

/** Best effort: a registry need not support it. */
async function cancel(transport: Transport, access: Access, location: URL): Promise<void> {
  const call: Call = {
    task: `cancel an upload to ${formatRepository(access.repository)}`,
    method: 'DELETE',
    target: location,
    access,
    expect: [],
    errand: 'upload',
  };
  await transport.once(call, (answer) => answer.discard()).catch(() => undefined);
}

/** Absolute or relative; used as it is, with its query. */
function uploadLocation(answer: Answer, task: string): URL {
  const fail = (reason: string) =>
    new RegistryError({
      code: 'registry',
      task,
      method: answer.method,
      url: redactUrl(answer.url),
      status: answer.status,
      reason,
      hint: `Check the public address in the configuration of ${answer.url.host}, and the headers X-Forwarded-Proto and Host of a proxy before it.`,
    });
  const location = answer.header('location');
  const url = location === undefined ? undefined : parseUrl(location, answer.url);
  if (url === undefined) throw fail('the answer has no valid Location');
  const refusal = refuseUrl(url, answer.url, 'upload');
  if (refusal !== undefined) throw fail(`the upload location ${redactUrl(url)} is refused: ${refusal}`);
  return url;
}
