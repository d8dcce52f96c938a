import { refuseUrl } from '../network/index.ts';
import { answerError } from './error.ts';
import { parseUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** `Link: </v2/app/tags/list?n=1000&last=v9>; rel="next"` (RFC 8288); what stands in the query is the registry's affair. */
export function nextPage(answer: Answer, task: string): URL | undefined {
  const link = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(answer.header('link') ?? '')?.[1];
  if (link === undefined) return undefined;
  const next = parseUrl(link, answer.url);
  const refusal = next === undefined ? 'it is not a URL' : refuseUrl(next, answer.url, 'download');
  if (next !== undefined && refusal === undefined) return next;
  throw answerError(answer, { task, reason: `the link to its next page is refused: ${refusal ?? ''}` });
}
