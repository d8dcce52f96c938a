import { answerError, foreignText, type RegistryError } from './error.ts';
import type { Answer } from './wire.ts';

/** Bytes of a page in which its title must be. */
const MAX_PAGE = 64 * 1024;

/** True for a page for people: sign-in forms, captive portals and proxies send these, registries do not. */
export function isPage(answer: Answer): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i.test(answer.header('content-type') ?? '');
}

/** `a web page titled "Sign in"`; of a body that was read to its limit at most. */
export function describePage(body: Uint8Array): string {
  const title = /<title[^>]*>([^<]*)/i.exec(Buffer.from(body).toString())?.[1];
  const shown = foreignText(title);
  return shown === '' ? 'a web page' : `a web page titled "${shown}"`;
}

/**
 * The error for a page that came with a status of success. Taken for an answer, it would make us believe that a blob is there,
 * or that a manifest was stored.
 */
export async function pageError(answer: Answer, task: string): Promise<RegistryError> {
  const { bytes } = await answer.bytes(MAX_PAGE).catch(() => ({ bytes: new Uint8Array() }));
  return answerError(answer, {
    task,
    reason: `it answered with ${describePage(bytes)}, which is no answer of a registry`,
    hint: `A proxy, a captive portal or a sign-in page seems to stand before ${answer.url.host}: sign in there, or let this machine pass it.`,
  });
}

/** Why the bytes of an answer may be others than the registry's own; empty when nothing tells. */
export function transportNote(answer: Answer): string {
  if (isPage(answer)) return ` (it came as a web page: a proxy or a portal may have answered)`;
  const encoding = answer.header('content-encoding');
  if (encoding === undefined || encoding === 'identity') return '';
  return ` (it came with content-encoding "${foreignText(encoding)}": a proxy on the way may have changed it)`;
}
