import { parseChallenges } from '../challenge.ts';

/** One way to authenticate that a proxy offers. */
export interface AskedScheme {
  /** As people write it: `Basic`, `NTLM`. */
  readonly scheme: string;
  readonly realm: string;
}

/** What else stands there is most often a part of a realm without quotes. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  ['Basic', 'Digest', 'NTLM', 'Negotiate', 'Bearer', 'Kerberos'].map((scheme) => [scheme.toLowerCase(), scheme]),
);
const LONGEST_REALM = 80;

/** The schemes in a `Proxy-Authenticate` header (RFC 9110, section 11.7.1); proxies send one header for each. */
export function askedSchemes(header: string | readonly string[] | undefined): readonly AskedScheme[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  return parseChallenges(text).flatMap(({ scheme, parameters }) => {
    const known = KNOWN.get(scheme);
    return known === undefined ? [] : [{ scheme: known, realm: printable(parameters['realm'] ?? '') }];
  });
}

/** True when a proxy asks for something, and for nothing that we can give. */
export function isNotSupported(asked: readonly AskedScheme[]): boolean {
  return asked.length > 0 && !asked.some(({ scheme }) => scheme === 'Basic');
}

/** It comes from outside and goes into a message. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REALM);
}
