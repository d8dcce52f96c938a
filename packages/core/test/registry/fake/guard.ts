import type { Exchange } from '../fake-registry.ts';
import type { Places } from './fault.ts';
import { makeReply, type Reply } from './reply.ts';

/** How the registry authenticates. Its one user is alice, with the password `s3cret`. */
export interface GuardRules {
  readonly kind: 'basic' | 'bearer';
  /** The challenge, from the one that the kind would send; several make several headers. */
  readonly challenge?: (places: Places, own: string) => string | readonly string[];
  /** A scope that a token must cover beside the one for the request; tokens tell it in their challenge. */
  readonly demand?: string;
  /** Tokens are given to strangers, too. */
  readonly strangers?: boolean;
}

const ALICE = `Basic ${Buffer.from('alice:s3cret').toString('base64')}`;

/** Lets requests through, and gives tokens: `token-1`, `token-2`, … */
export class Guard {
  readonly #rules: GuardRules | undefined;
  readonly #scopes = new Map<string, readonly string[]>();
  #given = 0;

  constructor(rules: GuardRules | undefined) {
    this.#rules = rules;
  }

  expireTokens(): void {
    this.#scopes.clear();
  }

  /** The answer of the token service; a refusal; or nothing, when the request may go on to the registry. */
  answer(exchange: Exchange, places: Places): Reply | undefined {
    if (this.#rules === undefined || exchange.url.pathname.startsWith('/signed/')) return undefined;
    if (exchange.url.pathname === '/token') return this.#token(exchange);
    return this.#admits(exchange) ? undefined : this.#refusal(this.#rules, exchange, places);
  }

  #token({ authorization, url }: Exchange): Reply {
    if (authorization !== ALICE && this.#rules?.strangers !== true) return makeReply(401);
    this.#given += 1;
    const token = `token-${this.#given}`;
    this.#scopes.set(token, url.searchParams.getAll('scope'));
    return makeReply(200, {}, JSON.stringify({ token, expires_in: 300 }));
  }

  #admits(exchange: Exchange): boolean {
    const { authorization = '' } = exchange;
    if (this.#rules?.kind === 'basic') return authorization === ALICE;
    const scopes = this.#scopes.get(authorization.replace('Bearer ', ''));
    return scopes !== undefined && this.#wanted(exchange).every((scope) => scopes.some((held) => covers(held, scope)));
  }

  #wanted({ method, url }: Exchange): readonly string[] {
    const repository = /^\/v2\/(.+?)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1];
    const own =
      repository === undefined ? [] : [`repository:${repository}:${/GET|HEAD/.test(method) ? 'pull' : 'push'}`];
    return [...own, ...(this.#rules?.demand === undefined ? [] : [this.#rules.demand])];
  }

  #refusal(rules: GuardRules, { url }: Exchange, places: Places): Reply {
    const scope = rules.demand === undefined ? '' : `,scope="${rules.demand}"`;
    const own =
      rules.kind === 'basic' ? 'Basic realm="fake"' : `Bearer realm="http://${url.host}/token",service="fake"${scope}`;
    return makeReply(401, { 'www-authenticate': rules.challenge?.(places, own) ?? own });
  }
}

function covers(held: string, wanted: string): boolean {
  const [resource, actions] = split(held);
  const [wantedResource, wantedActions] = split(wanted);
  return resource === wantedResource && wantedActions.every((action) => actions.includes(action));
}

function split(scope: string): readonly [resource: string, actions: readonly string[]] {
  const colon = scope.lastIndexOf(':');
  return [scope.slice(0, colon), scope.slice(colon + 1).split(',')];
}
