import { classifyHost } from './address.ts';

/** What goes to another place on a server's word; `file`: one on the web, which no registry has. */
export type Errand = 'credentials' | 'upload' | 'download' | 'file';

/**
 * Why a URL that a server names (token realm, upload location, redirect) must not be followed; undefined when it may.
 * It may name its own host and port and any public host, but can't use us to reach into this machine or its
 * network, nor to take TLS away (security.md, S9).
 *
 * @param from the URL whose answer named `to`
 */
export function refuseUrl(to: URL, from: URL, errand: Errand): string | undefined {
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return `its scheme is "${to.protocol.slice(0, -1)}"`;
  if (to.username !== '' || to.password !== '') return 'it holds a user name or password';
  if (to.protocol === 'http:' && from.protocol === 'https:') return `it is plain http and ${from.host} is not`;
  if (to.hostname === from.hostname) return undefined;
  const place = classifyHost(to.hostname);
  if (place === 'public') return undefined;
  // Object stores beside an on-premises registry are often named by a private address; a download carries no secret.
  if (place === 'private' && errand === 'download') return undefined;
  if (place === classifyHost(from.hostname) && place !== 'link-local') return undefined;
  return `it leads to a ${place} address and ${from.host} is not there`;
}
