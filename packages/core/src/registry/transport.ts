import type { Credential, Credentials } from '../auth/types.ts';
import { NetworkFailure } from '../network/index.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import { RegistryError } from './error.ts';
import { follow, type Request } from './redirect.ts';
import { type RetryOptions, retrying } from './retry.ts';
import type { Access } from './scope.ts';
import { Session } from './session.ts';
import { statusError } from './status.ts';
import { type Errand, redactUrl, registryUrl, repositoryUrl } from './url.ts';
import type { Answer, Wire } from './wire.ts';

/** One call of the distribution API. */
export interface Call extends Omit<Request, 'authorization' | 'url'> {
  /** What follows `/v2/<repository>/` on the repository's registry, or the address that the registry has sent us to. */
  readonly target: string | URL;
  /** For messages, after "can't": `read the manifest of registry.example/app:1`. */
  readonly task: string;
  readonly access: Access;
  /** The statuses that the caller handles; any other is an error. */
  readonly expect: readonly number[];
  readonly errand: Errand;
}

export interface TransportOptions {
  readonly wire: Wire;
  readonly network: Network;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryOptions;
}

/** Sends calls: authenticated as their registry wants it, redirects followed, unexpected statuses thrown, tried again where that helps. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Sends a call and reads its answer; both are tried again together. */
  call<T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T> {
    return this.retrying(() => this.once(call, read));
  }

  retrying<T>(act: () => Promise<T>): Promise<T> {
    return retrying(this.#options.retry, act);
  }

  /** Like `call`, tried only once. */
  async once<T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T> {
    let url: URL | undefined;
    try {
      const session = await this.#session(call.access.repository.registry);
      const { target } = call;
      url = target instanceof URL ? target : repositoryUrl(session.base, call.access.repository, target);
      const credential = await this.#options.credentials.lookup(call.access.repository);
      const answer = await this.#send(session, { ...call, url }, credential);
      if (call.expect.includes(answer.status)) return await read(answer);
      const { task, access } = call;
      throw await statusError(answer, { task, access, credential, now: this.#options.clock.now() });
    } catch (error) {
      throw withTask(error, { ...call, url });
    }
  }

  async #send(
    session: Session,
    call: Call & { readonly url: URL },
    credential: Credential | undefined,
  ): Promise<Answer> {
    const { wire } = this.#options;
    // An upload's location may be on another host: that one gets no credential, and is not asked how to authenticate.
    if (call.url.origin !== session.base.origin) return follow(wire, call, call.task, call.errand);

    return session.contact(async () => {
      const sent = await session.authorization(credential, call.access);
      const answer = await follow(wire, { ...call, authorization: sent }, call.task, call.errand);
      if (answer.status !== 401 || answer.url.origin !== session.base.origin) return answer;
      const authorization = await session.renewed(answer, sent, credential, call.access);
      if (authorization === undefined) return answer;
      await answer.discard();
      return follow(wire, { ...call, authorization }, call.task, call.errand);
    });
  }

  async #session(registry: string): Promise<Session> {
    const { wire, network, clock, log } = this.#options;
    const base = await registryUrl(registry, network);
    const session = this.#sessions.get(registry) ?? new Session(base, { wire, clock, log });
    this.#sessions.set(registry, session);
    return session;
  }
}

/** A network's failure does not know what we were doing: says it. */
export function withTask(
  error: unknown,
  { task, method, url }: Pick<Call, 'task' | 'method'> & { readonly url: URL | undefined },
): unknown {
  if (!(error instanceof NetworkFailure)) return error;
  return new RegistryError({
    code: error.code === 'temporary' ? 'temporary' : 'registry',
    task,
    ...(url !== undefined && { method, url: redactUrl(url) }),
    reason: error.message,
    hint: error.hint,
    transient: error.transient,
    cause: error,
  });
}
