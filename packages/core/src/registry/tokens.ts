import type { Credential } from '../auth/types.ts';
import { asRecord, asText, parseJson } from '../json/json.ts';
import type { Clock, Log } from '../ports/index.ts';
import { answerError } from './error.ts';
import { follow } from './redirect.ts';
import { describePage, isPage } from './page.ts';
import { type Access, coversScopes, formatScope, type Scope } from './scope.ts';
import { statusError } from './status.ts';
import type { Answer, Wire } from './wire.ts';

/** Where a registry's bearer tokens come from, as its challenge said. The realm has passed the rules for URLs. */
export interface TokenService {
  readonly realm: URL;
  readonly service: string | undefined;
}

interface Token {
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** A token's life when the server names none (distribution specification, token authentication). */
const DEFAULT_LIFE = 60;
/** A token is not used in the last part of its life, as clocks and networks are slow: a tenth, at most this many seconds. */
const MAX_MARGIN = 10;
const MAX_TOKEN_BODY = 64 * 1024;
const CLIENT_ID = 'buildpacks-ci';

export interface TokenSource {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a token is wanted for. */
export interface TokenRequest {
  readonly service: TokenService;
  readonly credential: Credential | undefined;
  readonly scopes: readonly Scope[];
  readonly access: Access;
}

interface Exchange {
  readonly identity: string;
  readonly scopes: readonly Scope[];
  readonly token: Promise<Token>;
}

/** The bearer tokens of one registry: reused while they live and cover what is wanted, or as soon as they have come. */
export class Tokens {
  readonly #source: TokenSource;
  readonly #held = new Map<string, readonly Token[]>();
  readonly #underWay = new Map<string, Exchange>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  async get(request: TokenRequest): Promise<string> {
    const identity = JSON.stringify(request.credential ?? null);
    const now = this.#source.clock.now();
    const living = (this.#held.get(identity) ?? []).filter((token) => token.expires > now);
    this.#held.set(identity, living);
    const held = living.find((token) => coversScopes(token.scopes, request.scopes));
    if (held !== undefined) return held.token;
    // If a wider one is refused, this one may still be had. Without a wait before it, so that the next call sees what is under way.
    const wider = this.#wider(identity, request.scopes);
    const token = wider === undefined ? undefined : await wider.token.catch(() => undefined);
    return (token ?? (await this.#exchange(identity, request))).token;
  }

  /** Forgets a token that the registry refused. */
  drop(refused: string): void {
    for (const [identity, tokens] of this.#held) {
      this.#held.set(
        identity,
        tokens.filter(({ token }) => token !== refused),
      );
    }
  }

  /** The exchange for a token with more rights. */
  #wider(identity: string, scopes: readonly Scope[]): Exchange | undefined {
    return [...this.#underWay.values()].find(
      (exchange) =>
        exchange.identity === identity &&
        coversScopes(exchange.scopes, scopes) &&
        !coversScopes(scopes, exchange.scopes),
    );
  }

  #exchange(identity: string, request: TokenRequest): Promise<Token> {
    const { scopes } = request;
    const key = `${identity} ${scopes.map(formatScope).join(' ')}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay.token;
    const token = fetchToken(this.#source, request)
      .then((fetched) => {
        this.#held.set(identity, [...(this.#held.get(identity) ?? []), fetched]);
        return fetched;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, { identity, scopes, token });
    return token;
  }
}

async function fetchToken(source: TokenSource, request: TokenRequest): Promise<Token> {
  const asked = source.clock.now();
  const task = `get a token for ${request.access.repository.registry}`;
  const answer = await requestToken(source.wire, request, task);
  if (answer.status !== 200) {
    const { access, credential, service } = request;
    const errand = 'credentials';
    throw await statusError(answer, { task, access, errand, asked: service.realm, credential, now: asked });
  }
  const { bytes, complete } = await answer.bytes(MAX_TOKEN_BODY);
  const json = complete ? asRecord(parseJson(bytes)) : undefined;
  const token = asText(json?.['token']) ?? asText(json?.['access_token']);
  // A token with a line break in it would be a second header.
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
    throw answerError(answer, {
      task,
      reason: isPage(answer) ? `it answered with ${describePage(bytes)} and no token` : 'the answer holds no token',
      hint: `Check the token service of ${request.access.repository.registry}.`,
    });
  }
  source.log.mask(token);
  const life = Math.max(lifeOf(json?.['expires_in']), DEFAULT_LIFE);
  const margin = Math.min(life / 10, MAX_MARGIN);
  return { token, scopes: request.scopes, expires: asked + (life - margin) * 1000 };
}

/** Seconds. */
function lifeOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

async function requestToken(wire: Wire, request: TokenRequest, task: string): Promise<Answer> {
  const { credential } = request;
  if (credential?.kind !== 'identity-token') return getToken(wire, request, task, basicAuthorization(credential));
  const answer = await postToken(wire, request, task, credential.token);
  if (answer.status !== 404 && answer.status !== 405) return answer;
  // Older token servers know no OAuth2: there the identity token is the password of a user of this name.
  await answer.discard();
  const basic = { kind: 'basic', username: '<token>', password: credential.token } as const;
  return getToken(wire, request, task, basicAuthorization(basic));
}

/** `GET realm?service=…&scope=…`, with Basic authentication or anonymously. */
function getToken(wire: Wire, request: TokenRequest, task: string, authorization: string | undefined): Promise<Answer> {
  const url = new URL(request.service.realm);
  if (request.service.service !== undefined) url.searchParams.set('service', request.service.service);
  for (const scope of request.scopes) url.searchParams.append('scope', formatScope(scope));
  return follow(wire, { method: 'GET', url, authorization }, task, 'credentials');
}

/** OAuth2: the identity token is a refresh token. */
function postToken(wire: Wire, { service, scopes }: TokenRequest, task: string, refreshToken: string): Promise<Answer> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: CLIENT_ID,
    refresh_token: refreshToken,
    scope: scopes.map(formatScope).join(' '),
    ...(service.service !== undefined && { service: service.service }),
  });
  return follow(
    wire,
    {
      method: 'POST',
      url: service.realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: () => Buffer.from(form.toString()),
    },
    task,
    'credentials',
  );
}

export function basicAuthorization(credential: Credential | undefined): string | undefined {
  if (credential?.kind !== 'basic') return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}
