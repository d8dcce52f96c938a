import { text } from 'node:stream/consumers';
import { answerJson, type Exchange } from './exchange.ts';
import type { Operation } from './faults.ts';
import { type CacheEntry, type Shelf, sizeOf } from './shelf.ts';
import { maySee, type TokenScope, type Tokens, writeScope } from './tokens.ts';

export const TWIRP = '/twirp/github.actions.results.api.v1.CacheService/';

/** What the methods work on. */
export interface TwirpService {
  readonly shelf: Shelf;
  readonly tokens: Tokens;
  /** A URL at which the entry's content can be read, or written, without a token. */
  sign(entry: CacheEntry, rights: 'r' | 'w'): string;
}

interface Call {
  readonly service: TwirpService;
  readonly scopes: readonly TokenScope[];
  /** With the protobuf's field names. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** An answer: a message of the protocol, or Twirp's error with its code. */
type Reply = readonly [status: number, body: object];

type Method = Extract<Operation, 'CreateCacheEntry' | 'FinalizeCacheEntryUpload' | 'GetCacheEntryDownloadURL'>;

const METHODS: Readonly<Record<Method, (call: Call) => Reply>> = {
  CreateCacheEntry: create,
  FinalizeCacheEntryUpload: finalize,
  GetCacheEntryDownloadURL: look,
};

const MAX_KEY = 512;
const MAX_KEYS = 10;

export function isTwirpMethod(method: string): method is Method {
  return method in METHODS;
}

/** Answers a call of the cache service's second version, in its JSON form. */
export async function answerTwirp(exchange: Exchange, method: Method, service: TwirpService): Promise<void> {
  const body = await text(exchange.incoming);
  const scopes = service.tokens.scopesOf(exchange.incoming.headers.authorization);
  if (scopes === undefined) {
    answerJson(exchange, 401, { code: 'unauthenticated', msg: 'the token is not valid' });
    return;
  }
  const request = JSON.parse(body) as Call['request'];
  const [status, reply] = METHODS[method]({ service, scopes, request });
  answerJson(exchange, status, reply);
}

function create({ service, scopes, request }: Call): Reply {
  const { key, version } = named(request);
  const problem = keyProblem([key]) ?? (version === '' ? 'version is missing' : undefined);
  if (problem !== undefined) return failure(400, 'invalid_argument', problem);
  const scope = writeScope(scopes);
  if (scope === undefined) return [200, { ok: false, message: 'cache write denied: the token may only read' }];
  const entry = service.shelf.reserve({ key, version, scope });
  if (entry === undefined) return failure(409, 'already_exists', 'there is an entry with this key');
  return [200, { ok: true, signed_upload_url: service.sign(entry, 'w') }];
}

function finalize({ service, scopes, request }: Call): Reply {
  const scope = writeScope(scopes) ?? '';
  const entry = service.shelf.find({ ...named(request), scope });
  if (entry === undefined) return failure(404, 'not_found', 'nothing was reserved');
  // Protobuf's JSON form has 64 bit numbers as text, and leaves out a zero.
  const size = Number(request['size_bytes'] ?? '0');
  if (size !== sizeOf(entry)) return [200, { ok: false, message: `the blob has ${sizeOf(entry)} bytes, not ${size}` }];
  entry.isComplete = true;
  return [200, { ok: true, entry_id: String(entry.id) }];
}

function look({ service, scopes, request }: Call): Reply {
  const { key, version } = named(request);
  const more = Array.isArray(request['restore_keys']) ? request['restore_keys'].map(String) : [];
  const keys = [key, ...more];
  const problem = keyProblem(keys);
  if (problem !== undefined) return failure(400, 'invalid_argument', problem);
  if (!scopes.some(maySee)) return failure(403, 'permission_denied', 'cache read denied: no scope may be read');
  const found = service.shelf.match({ keys, version }, scopes);
  if (found === undefined) return [200, { ok: false }];
  return [200, { ok: true, signed_download_url: service.sign(found, 'r'), matched_key: found.key }];
}

function named({ key, version }: Call['request']): { readonly key: string; readonly version: string } {
  return { key: typeof key === 'string' ? key : '', version: typeof version === 'string' ? version : '' };
}

function keyProblem(keys: readonly string[]): string | undefined {
  if (keys.length > MAX_KEYS) return `there are ${keys.length} keys`;
  const bad = keys.find((key) => key === '' || key.length > MAX_KEY || key.includes(','));
  return bad === undefined ? undefined : `"${bad}" is no key`;
}

function failure(status: number, code: string, msg: string): Reply {
  return [status, { code, msg }];
}
