import { type KeyObject, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Certificate } from './certificates.ts';
import { listen, type Listening } from './listen.ts';

/** What somebody may do, by repository name; `*` stands for every repository. */
export type Grants = Readonly<Record<string, readonly ('pull' | 'push' | 'delete')[]>>;

export interface TokenUser {
  readonly password: string;
  /** Default: everything. */
  readonly grants?: Grants;
}

export interface TokenServerOptions {
  readonly users: Readonly<Record<string, TokenUser>>;
  /** Those who give no name; default: nothing. */
  readonly anonymous?: Grants;
  readonly certificate?: Certificate | undefined;
}

/** A request for a token: who asked, and for what. */
export interface TokenRequest {
  readonly method: string;
  readonly user: string | undefined;
  readonly scopes: readonly string[];
  readonly status: number;
}

export interface TokenServer extends Listening {
  readonly requests: TokenRequest[];
  /** The public key as a JSON Web Key Set, for the registry. */
  readonly keys: string;
}

export const TOKEN_ISSUER = 'buildpacks-ci bench';
export const TOKEN_SERVICE = 'registry.bench.test';

const KEY_ID = 'bench';
const LIFETIME = 300;
const EVERYTHING: Grants = { '*': ['pull', 'push', 'delete'] };

interface Asking {
  readonly user: string | undefined;
  readonly password: string;
  readonly scopes: readonly string[];
}

/**
 * A token server as the distribution registry's token specification describes it: `GET` with basic authentication, and
 * OAuth2's `POST` with a password. Who asks for more than granted gets a token for less; only a wrong password is refused.
 */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const requests: TokenRequest[] = [];
  const handler = (incoming: IncomingMessage, response: ServerResponse): void => {
    answer(incoming, response, options, privateKey, requests).catch(() => response.destroy());
  };
  const { certificate } = options;
  const server =
    certificate === undefined
      ? createServer(handler)
      : createTlsServer({ cert: certificate.certificate, key: certificate.key }, handler);
  const listening = await listen(server, certificate === undefined ? 'http' : 'https');
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig' }] });
  // By name: go-containerregistry refuses a token server at a private address other than the registry's own.
  return { ...listening, url: listening.url.replace('127.0.0.1', 'localhost'), requests, keys };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { users, anonymous = {} }: TokenServerOptions,
  key: KeyObject,
  requests: TokenRequest[],
): Promise<void> {
  const asking = incoming.method === 'POST' ? await readForm(incoming) : readQuery(incoming);
  const known = asking.user === undefined ? undefined : users[asking.user];
  const allowed = asking.user === undefined || (known !== undefined && known.password === asking.password);
  const status = allowed ? 200 : 401;
  requests.push({ method: incoming.method ?? '', user: asking.user, scopes: asking.scopes, status });
  const grants = asking.user === undefined ? anonymous : (known?.grants ?? EVERYTHING);
  const body = allowed ? issue(asking, grants, key) : { errors: [{ code: 'UNAUTHORIZED', message: 'wrong password' }] };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function readQuery(incoming: IncomingMessage): Asking {
  const { searchParams } = new URL(incoming.url ?? '', 'http://token.test');
  const [, encoded] = /^basic (.+)$/i.exec(incoming.headers.authorization ?? '') ?? [];
  const [user, ...password] = Buffer.from(encoded ?? '', 'base64')
    .toString()
    .split(':');
  const scopes = searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
  return { user: encoded === undefined ? undefined : user, password: password.join(':'), scopes };
}

async function readForm(incoming: IncomingMessage): Promise<Asking> {
  const form = new URLSearchParams(await text(incoming));
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  return { user: form.get('username') ?? undefined, password: form.get('password') ?? '', scopes };
}

function issue({ user = '', scopes }: Asking, grants: Grants, key: KeyObject): object {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: TOKEN_ISSUER,
    aud: TOKEN_SERVICE,
    sub: user,
    iat: now,
    nbf: now - LIFETIME,
    exp: now + LIFETIME,
    jti: randomUUID(),
    access: scopes.map((scope) => granted(scope, grants)),
  };
  const token = signed(claims, key);
  return { token, access_token: token, expires_in: LIFETIME, issued_at: new Date(now * 1000).toISOString() };
}

/** @param scope `repository:team/app:pull,push` */
function granted(scope: string, grants: Grants): object {
  const [type = '', name = '', actions = ''] = scope.split(':');
  const rights: readonly string[] = grants[name] ?? grants['*'] ?? [];
  return { type, name, actions: actions.split(',').filter((action) => rights.includes(action)) };
}

/** A JSON Web Token with an ECDSA signature (RFC 7519, RFC 7518 section 3.4). */
function signed(claims: object, key: KeyObject): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const content = `${encode({ typ: 'JWT', alg: 'ES256', kid: KEY_ID })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}
