import type { Reply } from './reply.ts';

/** What goes wrong with an exchange. */
export type Effect =
  /** Another answer in the registry's place; the request's body is read unless it says otherwise. */
  | { readonly kind: 'answers'; readonly reply: (places: Places) => Reply; readonly unread?: boolean }
  /** The true answer, changed. */
  | { readonly kind: 'alters'; readonly change: (reply: Reply, places: Places) => Reply }
  /** The connection is dropped after so many bytes of the answer's body, whose length it may not have told. */
  | { readonly kind: 'cuts'; readonly at: number; readonly unmeasured?: boolean }
  /** Nothing more comes after so many bytes of the answer's body; before the headers when it is 'headers'. */
  | { readonly kind: 'stalls'; readonly at: number | 'headers' }
  /** A byte every so many seconds after so many bytes of the answer's body. */
  | { readonly kind: 'trickles'; readonly at: number; readonly seconds: number }
  /** The connection is reset when so many bytes of the request's body have come, which an upload may keep. */
  | { readonly kind: 'resets'; readonly received: number; readonly keeps?: boolean }
  /** The request is carried out, but its answer is lost. */
  | { readonly kind: 'loses' }
  /** HTTP/1.0 without a length: the body ends with the connection, after so many bytes. */
  | { readonly kind: 'old'; readonly at: number }
  /** All tokens expire before the request is answered. */
  | { readonly kind: 'expires' };

/** One fault of a registry, as data. A request meets the first that fits it, and no other. */
export interface Fault {
  /** The beginning of the request's line (`describeRequest`), `elsewhere` before it when it is meant for the other host. */
  readonly on: string;
  /** How many such requests it meets; those after it are answered truly. */
  readonly times: number;
  /** Meets only requests on a connection that has been used before. */
  readonly reused: boolean;
  readonly effect: Effect;
}

/** Where the two servers are: the registry, and another host (the store that it sends downloads to, a token service). */
export interface Places {
  readonly registry: string;
  readonly elsewhere: string;
  /** The path of the request, and its query with the question mark. */
  readonly path: string;
  readonly query: string;
}

/** The first such request meets the effect. */
export function once(on: string, effect: Effect): Fault {
  return times(1, on, effect);
}

export function times(count: number, on: string, effect: Effect): Fault {
  return { on, times: count, reused: false, effect };
}

export function always(on: string, effect: Effect): Fault {
  return times(Number.POSITIVE_INFINITY, on, effect);
}

/** The first such request on a connection that has been used before. */
export function onceReused(on: string, effect: Effect): Fault {
  return { ...once(on, effect), reused: true };
}
