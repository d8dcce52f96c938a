import type { Credential } from '../auth/types.ts';
import { type Challenge, parseChallenges, refuseUrl } from '../network/index.ts';
import { answerError, foreignText } from './error.ts';
import { follow } from './redirect.ts';
import { type Access, mergeScopes, parseScopes, type Scope, scopesOf } from './scope.ts';
import { basicAuthorization, Tokens, type TokenService, type TokenSource } from './tokens.ts';
import { parseUrl, redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** How a registry wants to be asked, once an answer has told. */
type Scheme =
  { readonly kind: 'open' } | { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly service: TokenService };

/** What we know of one registry while the program runs: how it authenticates, and the tokens that it gave. */
export class Session {
  /** Where its API begins: `https://registry.example/v2/`. */
  readonly base: URL;
  readonly #source: TokenSource;
  readonly #tokens: Tokens;
  #scheme: Scheme | undefined;
  #probe: Promise<void> | undefined;
  #contact: Promise<void> | undefined;

  constructor(base: URL, source: TokenSource) {
    this.base = base;
    this.#source = source;
    this.#tokens = new Tokens(source);
  }

  /**
   * Sends the very first request alone, since its answer tells how to authenticate: without that, each of many parallel
   * requests would be refused once before it is sent again.
   */
  async contact<T>(send: () => Promise<T>): Promise<T> {
    if (this.#contact !== undefined) {
      await this.#contact;
      return send();
    }
    const sent = send();
    this.#contact = sent.then(
      () => undefined,
      () => undefined,
    );
    return sent;
  }

  /** The `Authorization` header to send at once, from what is known; undefined to ask anonymously. */
  async authorization(credential: Credential | undefined, access: Access): Promise<string | undefined> {
    if (credential?.kind === 'bearer') return `Bearer ${credential.token}`;
    // A registry may serve strangers less without refusing them: a credential that exists is used from the start.
    if (credential !== undefined && this.#scheme === undefined) await this.#probed(credential, access);
    switch (this.#scheme?.kind) {
      case 'basic':
        return basicAuthorization(credential);
      case 'bearer':
        return this.#bearer(this.#scheme.service, credential, access, []);
      case 'open':
      case undefined:
        return undefined;
    }
  }

  /**
   * Learns from a 401 and gives the header to try once more with; undefined when nothing better than what was `sent` can be.
   *
   * @throws RegistryError when the registry sends us to a token service that may not be used
   */
  async renewed(
    answer: Answer,
    sent: string | undefined,
    credential: Credential | undefined,
    access: Access,
  ): Promise<string | undefined> {
    const demanded = this.#learn(answer, credential, access);
    if (credential?.kind === 'bearer') return undefined;
    if (this.#scheme?.kind === 'bearer') {
      if (sent?.startsWith('Bearer ') === true) this.#tokens.drop(sent.slice('Bearer '.length));
      return this.#bearer(this.#scheme.service, credential, access, demanded);
    }
    const basic = this.#scheme?.kind === 'basic' ? basicAuthorization(credential) : undefined;
    return basic === sent ? undefined : basic;
  }

  async #bearer(
    service: TokenService,
    credential: Credential | undefined,
    access: Access,
    demanded: readonly Scope[],
  ): Promise<string> {
    const scopes = mergeScopes(demanded, scopesOf(access));
    return `Bearer ${await this.#tokens.get({ service, credential, scopes, access })}`;
  }

  /** Asks `GET /v2/` once how to authenticate; a failure is forgotten, so that the next call asks again. */
  async #probed(credential: Credential, access: Access): Promise<void> {
    this.#probe ??= this.#ask(credential, access).catch((error: unknown) => {
      this.#probe = undefined;
      throw error;
    });
    await this.#probe;
  }

  async #ask(credential: Credential, access: Access): Promise<void> {
    const answer = await follow(
      this.#source.wire,
      { method: 'GET', url: this.base },
      `reach ${this.base.host}`,
      'download',
    );
    await answer.discard();
    // Who stands behind a redirect to another host is not the one that the credential is for.
    if (answer.status === 401 && answer.url.origin === this.base.origin) this.#learn(answer, credential, access);
    if (answer.status === 200) this.#scheme ??= { kind: 'open' };
  }

  /**
   * Takes the first challenge that this credential can answer: Basic wants a password, while tokens are given to strangers, too.
   * Gives the scopes that it demands.
   */
  #learn(answer: Answer, credential: Credential | undefined, access: Access): readonly Scope[] {
    const known = parseChallenges(answer.header('www-authenticate') ?? '').filter(isKnown);
    const chosen = (credential?.kind === 'basic' ? undefined : known.find(isBearer)) ?? known[0];
    if (chosen === undefined) return [];
    const { realm, service, scope = '' } = chosen.parameters;
    if (!isBearer(chosen) || realm === undefined) {
      this.#scheme = { kind: 'basic' };
      return [];
    }
    this.#scheme = { kind: 'bearer', service: { realm: this.#safeRealm(realm, answer, access), service } };
    return parseScopes(scope);
  }

  #safeRealm(realm: string, answer: Answer, access: Access): URL {
    const url = parseUrl(realm);
    const refusal = url === undefined ? 'it is not a URL' : refuseUrl(url, this.base, 'credentials');
    if (url !== undefined && refusal === undefined) return url;
    throw answerError(answer, {
      task: `authenticate to ${access.repository.registry}`,
      reason: `it names the token service "${url === undefined ? foreignText(realm) : redactUrl(url)}", which is refused: ${refusal ?? ''}`,
      hint: `Check the registry's configuration: the realm must be an https address that its clients may use.`,
    });
  }
}

function isKnown(challenge: Challenge): boolean {
  return challenge.scheme === 'basic' || isBearer(challenge);
}

function isBearer({ scheme, parameters }: Challenge): boolean {
  return scheme === 'bearer' && parameters['realm'] !== undefined;
}
