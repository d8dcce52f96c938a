import type { SecureContext } from 'node:tls';

/**
 * Gives the TLS settings for an origin (`https://host[:port]`): whom we trust, and who we are to a server that asks; without an origin
 * those for TLS to a proxy. Asked for each connection: what it gives is made once, since parsing a whole trust store takes milliseconds.
 */
export type ContextFor = (origin?: URL) => SecureContext;

/** Whether an origin's certificate must be one that we trust and that is for its name; the default is that each must. */
export type Verifies = (origin: URL) => boolean;
