import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../src/reference/index.ts';
import type { Effect, Places } from './fault.ts';
import { makeReply, type Reply } from './reply.ts';

type Text = string | ((places: Places) => string);
type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Another answer in the registry's place. */
export function answers(status: number, headers: Headers = {}, body: string | Uint8Array = ''): Effect {
  return { kind: 'answers', reply: () => makeReply(status, headers, body) };
}

/** The same, before any of the request's body is read. */
export function refusesUnread(status: number, headers: Headers = {}, body = ''): Effect {
  return { kind: 'answers', reply: () => makeReply(status, headers, body), unread: true };
}

/** Another manifest than the stored one, served as it should be. */
export function serves(mediaType: string, text: string, headers: Headers = {}): Effect {
  const digest = { 'docker-content-digest': digestOf(Buffer.from(text)) };
  return answers(200, { 'content-type': mediaType, ...digest, ...headers }, text);
}

/** A page of a proxy or portal, for people. */
export function showsPage(status: number, title: string): Effect {
  return answers(status, { 'content-type': 'text/html; charset=utf-8' }, `<!doctype html>\n<title>${title}</title>`);
}

export function redirects(status: number, location: Text): Effect {
  return {
    kind: 'answers',
    reply: (places) => makeReply(status, { location: typeof location === 'string' ? location : location(places) }),
    unread: true,
  };
}

/** To the object store on the other host, with a signature in the query. */
export function redirectsToStore(status = 307): Effect {
  return redirects(status, ({ elsewhere, path }) => {
    return `http://${elsewhere}/signed/${path.split('/').at(-1) ?? ''}?X-Signature=s3cret`;
  });
}

/** The true answer with other headers; undefined takes one away. */
export function sends(headers: Readonly<Record<string, Text | readonly string[] | undefined>>): Effect {
  return alters((reply, places) => {
    const changed = Object.entries(headers).map(([name, value]) => {
      return [name, typeof value === 'function' ? value(places) : value] as const;
    });
    const all = Object.entries({ ...reply.headers, ...Object.fromEntries(changed) });
    return { ...reply, headers: Object.fromEntries(all.filter(isPresent)) };
  });
}

/** The true answer with another status. */
export function says(status: number): Effect {
  return alters((reply) => ({ ...reply, status }));
}

/** The true answer with another body, of the right length for it. */
export function gives(body: string | Uint8Array | ((true_: Buffer) => Uint8Array)): Effect {
  return alters((reply) => {
    const bytes = Buffer.from(typeof body === 'function' ? body(reply.body) : body);
    return { ...reply, headers: { ...reply.headers, 'content-length': String(bytes.byteLength) }, body: bytes };
  });
}

/** A body of no declared length, ended as it should be. */
export function givesUnmeasured(body: string): Effect {
  return alters(({ status, headers }) => {
    return { status, headers: without(headers, 'content-length'), body: Buffer.from(body) };
  });
}

/** As a proxy that compresses whatever it sees. */
export function compresses(): Effect {
  return alters(({ status, headers, body }) => {
    return {
      status,
      headers: { ...without(headers, 'content-length'), 'content-encoding': 'gzip' },
      body: gzipSync(body),
    };
  });
}

/** As if the request had not asked for a range. */
export function ignoresRange(content: string | Uint8Array): Effect {
  const body = Buffer.from(content);
  return alters(() => makeReply(200, { 'content-length': String(body.byteLength) }, body));
}

/** Both changes of the true answer. */
export function both(first: Effect, second: Effect): Effect {
  if (first.kind !== 'alters' || second.kind !== 'alters')
    throw new Error('only changes of the true answer go together');
  return alters((reply, places) => second.change(first.change(reply, places), places));
}

export function alters(change: (reply: Reply, places: Places) => Reply): Effect {
  return { kind: 'alters', change };
}

export const cuts = (at: number): Effect => ({ kind: 'cuts', at });
export const cutsUnmeasured = (at: number): Effect => ({ kind: 'cuts', at, unmeasured: true });
export const stalls = (at: number | 'headers'): Effect => ({ kind: 'stalls', at });
export const trickles = (at: number, seconds: number): Effect => ({ kind: 'trickles', at, seconds });
export const resets = (received = 0): Effect => ({ kind: 'resets', received });
export const resetsKeeping = (received: number): Effect => ({ kind: 'resets', received, keeps: true });
export const losesAnswer = (): Effect => ({ kind: 'loses' });
export const speaksHttp10 = (at: number): Effect => ({ kind: 'old', at });
export const expiresTokens = (): Effect => ({ kind: 'expires' });

function without(headers: Headers, name: string): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

function isPresent(entry: readonly [string, string | readonly string[] | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
