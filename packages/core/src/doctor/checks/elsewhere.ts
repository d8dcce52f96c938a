import type { ConnectionInputs } from '../../inputs/index.ts';
import type { Check } from '../report.ts';
import { formatWay, routeOf } from '../routes.ts';
import type { TriedPath } from './tries.ts';
import type { TlsLook } from './tls-look.ts';
import type { Outcome } from './trial.ts';

interface ElsewhereMeans {
  readonly look: TlsLook;
  readonly connection: ConnectionInputs;
  readonly signal: AbortSignal;
}

/**
 * The servers that registries sent us to and that answered: a firewall has to let these through as well. One that did not is told by
 * what was tried.
 */
export async function elsewhere(
  outcomes: readonly Outcome<unknown>[],
  tried: readonly TriedPath[],
  { look, connection, signal }: ElsewhereMeans,
): Promise<readonly Check[]> {
  const known = new Set(tried.map(({ origin }) => origin));
  const places = new Map<string, Place>();
  for (const { check, urls } of outcomes) {
    const answered = check.verdict === 'failed' ? urls.slice(0, -1) : urls;
    for (const place of placesOf(answered)) if (!known.has(place.url.origin)) places.set(place.url.origin, place);
  }
  return Promise.all(
    [...places.values()].map(async ({ what, url }): Promise<Check> => {
      const way = formatWay(routeOf(url, connection.proxies));
      const message = [way, ...(await look.describe(url, signal))].join(', ');
      return { verdict: 'ok', what, subject: url.origin, message, details: [] };
    }),
  );
}

interface Place {
  readonly what: 'token service' | 'storage';
  readonly url: URL;
}

/** A blob is sent on to where it is stored; whatever else leaves the registry asks for a token. */
function placesOf(urls: readonly URL[]): readonly Place[] {
  return urls.map((url, index) => {
    const asked = urls.slice(0, index).findLast(({ origin }) => origin === urls[0]?.origin);
    const blob = asked?.pathname.includes('/blobs/') === true && !url.searchParams.has('scope');
    return { what: blob ? 'storage' : 'token service', url };
  });
}
