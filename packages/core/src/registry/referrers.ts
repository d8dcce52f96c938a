import { type Descriptor, parseIndex, rawManifest } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import type { Turn } from './attempts.ts';
import { answerError } from './error.ts';
import { MAX_MANIFEST_SIZE } from './manifests.ts';
import { readAccess } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import { nextPage } from './next-page.ts';
import type { Answer } from './wire.ts';

/** No image has more pages of referrers. */
const MAX_PAGES = 100;
/** Nor more of them: who signs each build of an image anew has a few dozen. */
export const MAX_REFERRERS = 1000;

/** For messages. */
export function referrersTask(repository: Repository, digest: Digest): string {
  return `list the referrers of ${formatRepository(repository)}@${digest}`;
}

/**
 * The manifests whose `subject` is this digest (distribution specification 1.1, listing referrers). Undefined when the endpoint has no
 * such API: then they stand in an index under the tag `sha256-<hex>`. A list of more than `MAX_REFERRERS` is not read to its end.
 *
 * @throws RegistryError when the list breaks off, or has more pages than any
 */
export async function listReferrers(
  transport: Transport,
  { endpoint }: Turn,
  digest: Digest,
): Promise<readonly Descriptor[] | undefined> {
  const call: Call = {
    task: referrersTask(endpoint.reference.repository, digest),
    method: 'GET',
    target: `referrers/${digest}`,
    headers: { accept: MEDIA_TYPE.ociIndex },
    access: readAccess(endpoint),
    // Who does not know the API says so in many ways, some with a web page.
    expect: [200, 400, 404, 405, 406, 501],
    errand: 'download',
    opaque: true,
  };
  const found: Descriptor[] = [];
  let { target } = call;
  for (let page = 1; ; page++) {
    const read: Page | undefined = await transport.call({ ...call, target }, (answer) =>
      readPage(answer, call.task, page),
    );
    if (read === undefined) return undefined;
    found.push(...read.referrers);
    if (read.next === undefined || found.length > MAX_REFERRERS) return found;
    target = read.next;
  }
}

interface Page {
  readonly referrers: readonly Descriptor[];
  readonly next: URL | undefined;
}

/** Undefined when the first page is none; the later ones are there, since the one before leads to them. */
async function readPage(answer: Answer, task: string, page: number): Promise<Page | undefined> {
  const type = answer.header('content-type')?.split(';', 1)[0]?.trim();
  if (answer.status !== 200 || type !== MEDIA_TYPE.ociIndex) {
    await answer.discard();
    if (page === 1) return undefined;
    throw answerError(answer, { task, reason: `the list breaks off at page ${page}, with status ${answer.status}` });
  }
  const { bytes, complete } = await answer.bytes(MAX_MANIFEST_SIZE);
  if (!complete) throw answerError(answer, { task, reason: `the answer has more than ${MAX_MANIFEST_SIZE} bytes` });
  const next = nextPage(answer, task);
  if (next !== undefined && page === MAX_PAGES)
    throw answerError(answer, { task, reason: `the list has more than ${MAX_PAGES} pages` });
  return { referrers: parseIndex(rawManifest(bytes, MEDIA_TYPE.ociIndex)).manifests, next };
}
