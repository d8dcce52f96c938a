import type { BuildRequest } from './request.ts';
import type { CiFacts } from './trust.ts';

const CACHE_WORDS = { off: 'not used', read: 'only read', write: 'read and written' } as const;

/**
 * One line: what started the run, how far that is trusted, and what follows from it.
 *
 * @param event the CI's name for what started it; empty when it is not known
 */
export function describeTrust(
  { trust, publish }: Pick<BuildRequest, 'trust' | 'publish'>,
  { ref }: Pick<CiFacts, 'ref'>,
  event: string,
): string {
  const about = `${event === '' ? 'an unknown event' : event}${ref === undefined ? '' : ` on ${ref}`}`;
  const image = publish ? 'published' : 'not published';
  return `${about} is ${trust.level}: the image is ${image}, a layer cache is ${CACHE_WORDS[trust.cacheMode]}`;
}
