import type { Credential } from '../auth/types.ts';
import { DOCKER_HUB, formatRepository } from '../reference/index.ts';
import { type Errand, parseChallenges } from '../network/index.ts';
import {
  answerError,
  describeStatus,
  foreignText,
  MAX_ERROR_BODY,
  parseErrorBody,
  type RegistryError,
  type RegistryErrorEntry,
} from './error.ts';
import { describeLimit, parseRetryAfter } from './rate-limit.ts';
import { type Access, describeAccess } from './scope.ts';
import { describePage, isPage } from './page.ts';
import type { Answer } from './wire.ts';

/** Statuses that a later try of the same call may cure. From 520 on: Cloudflare's, for a registry that it can't reach. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
/** What an object store answers to an address that is not, or no longer, signed well. */
const REFUSED = new Set([400, 401, 403, 410]);
/** A registry of several servers may forget an upload; a new one may do. */
const LOST_UPLOAD: ReadonlySet<string> = new Set(['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID']);

/** What the message of a refused call tells beside the answer. */
export interface Refusal {
  readonly task: string;
  readonly access: Access;
  readonly errand: Errand;
  /** What was asked; the answer's own URL is another one after a redirect. */
  readonly asked: URL;
  /** What we authenticated with; undefined: anonymous. */
  readonly credential: Credential | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Reads the rest of an answer that nobody expected and makes the error of it. */
export async function statusError(answer: Answer, refusal: Refusal): Promise<RegistryError> {
  const { bytes } = await answer.bytes(MAX_ERROR_BODY).catch(() => ({ bytes: new Uint8Array() }));
  const entries = parseErrorBody(bytes);
  const { status } = answer;
  const retryAfter = parseRetryAfter(answer.header('retry-after'), refusal.now);
  const elsewhere = isSentAway(answer, refusal);
  return answerError(answer, {
    code: elsewhere ? 'temporary' : codeOf(status),
    task: refusal.task,
    entries,
    reason:
      [
        describeStatus(status, entries),
        ...(isPage(answer) ? [`in ${describePage(bytes)}`] : []),
        ...(answer.method === 'HEAD' ? ['without details since it was a HEAD request'] : []),
        ...describeLimit(answer, retryAfter),
      ].join(', ') + (elsewhere ? '' : who(status, refusal)),
    hint: elsewhere ? storeHint(answer, refusal) : hintFor(answer, entries, refusal),
    transient: elsewhere || TRANSIENT.has(status) || entries.some(({ code }) => LOST_UPLOAD.has(code)),
    retryAfter,
  });
}

function codeOf(status: number): 'temporary' | 'denied' | 'registry' {
  if (status === 401 || status === 403) return 'denied';
  return status >= 500 || TRANSIENT.has(status) ? 'temporary' : 'registry';
}

/**
 * True when the host that a registry sends its downloads to refused. That host got no credential, only the registry's signed
 * address: where it has expired, the registry gives another one.
 */
function isSentAway(answer: Answer, { asked, errand }: Refusal): boolean {
  return errand === 'download' && answer.url.host !== asked.host && REFUSED.has(answer.status);
}

function storeHint({ url }: Answer, { asked }: Refusal): string {
  return `${asked.host} sends its clients to ${url.host}: check that proxies and firewalls let this machine reach it, and that its clock is right.`;
}

/** Which right was needed, and who asked. */
function who(status: number, { access, credential }: Refusal): string {
  if (status !== 401 && status !== 403) return '';
  const identity = credential === undefined ? 'anonymously' : 'with the configured credential';
  return `; tried to ${describeAccess(access)} ${identity}`;
}

function hintFor(answer: Answer, entries: readonly RegistryErrorEntry[], refusal: Refusal): string | undefined {
  const { access, credential } = refusal;
  const name = formatRepository(access.repository);
  const login = waysToLogIn(access.repository.registry);
  switch (answer.status) {
    case 400:
      return answer.url.protocol === 'http:' ? `Check whether ${answer.url.host} speaks https.` : undefined;
    case 401:
    case 403:
      if (answer.url.origin !== refusal.asked.origin) {
        return `${refusal.asked.origin} redirects to ${answer.url.origin}, which does not get its credential: use that address, and check insecure-registries.`;
      }
      if (unknownSchemes(answer) !== undefined) {
        return `${answer.url.host} wants to be asked by ${unknownSchemes(answer) ?? ''}: only Basic and Bearer are known here.`;
      }
      return credential === undefined
        ? `No credential is configured for ${name}: give one (${login}), and check that the name is right.`
        : `Check that the credential for ${name} is valid and may ${access.right}; else give another one (${login}).`;
    case 404:
      if (access.right === 'push') {
        return `Check that the repository ${name} exists: this registry may not make it by itself.`;
      }
      // Whoever asks for a blob has read its manifest: the name is right.
      return answer.url.pathname.includes('/blobs/')
        ? `An image in ${name} is incomplete on its registry: build or push it again.`
        : `Check the name ${name}.`;
    case 405:
      return access.right === 'push' ? `${answer.url.host} may be a read-only mirror: push elsewhere.` : undefined;
    case 413:
      return `${answer.url.host}, or a proxy before it, limits the size of uploads: raise that limit.`;
    case 429:
      return credential === undefined
        ? `${answer.url.host} limits anonymous requests: give a credential (${login}), or use a mirror.`
        : `${answer.url.host} limits requests: wait, or use a mirror.`;
    default:
      return answer.status >= 500 ? `${answer.url.host} is in trouble${isOurs(entries)}: try again later.` : undefined;
  }
}

/** For any CI: a job can log in, and a Pod gets what somebody else has written. */
function waysToLogIn(registry: string): string {
  const host = registry === DOCKER_HUB ? 'docker.io' : registry;
  return `docker login ${host}, registry-auth, or config.json in DOCKER_CONFIG; in Tekton the workspace dockerconfig, in Argo the Secret of registry-secret`;
}

/** The schemes of a 401 none of which we know: `Negotiate, NTLM`. */
function unknownSchemes(answer: Answer): string | undefined {
  const offered = parseChallenges(answer.header('www-authenticate') ?? '').map(({ scheme }) => scheme);
  if (offered.length === 0 || offered.some((scheme) => scheme === 'basic' || scheme === 'bearer')) return undefined;
  return offered.map((scheme) => foreignText(scheme)).join(', ');
}

/** An error body in the registry's own form did not come from a proxy before it. */
function isOurs(entries: readonly RegistryErrorEntry[]): string {
  return entries.length === 0 ? ', or a proxy before it' : '';
}
