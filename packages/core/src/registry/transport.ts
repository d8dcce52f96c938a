import type { Credential, Credentials } from '../auth/types.ts';
import { type Errand, NetworkFailure, OfflineRefusal } from '../network/index.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import { RegistryError } from './error.ts';
import { isPage, pageError } from './page.ts';
import { follow, type Request } from './redirect.ts';
import { Retries, type RetryOptions, type RetryPolicy, retrying } from './retry.ts';
import type { Access } from './scope.ts';
import { Session } from './session.ts';
import { statusError } from './status.ts';
import { apiUrl, redactUrl, resourceUrl } from './url.ts';
import { Warnings } from './warnings.ts';
import type { Answer, Wire } from './wire.ts';

/** One call of the distribution API. */
export interface Call extends Omit<Request, 'authorization' | 'url'> {
  /** What follows `/v2/<repository>/` on the server, or the address that it has sent us to. */
  readonly target: string | URL;
  /** The target follows `/v2/` itself: it is of the registry, and of none of its repositories. */
  readonly ofRegistry?: boolean;
  /** For messages, after "can't": `read the manifest of registry.example/app:1`. */
  readonly task: string;
  readonly access: Access;
  /** The statuses that the caller handles; any other is an error. */
  readonly expect: readonly number[];
  readonly errand: Errand;
  /** The answer's body is told by its digest alone, whatever it calls itself. Elsewhere a web page is no answer. */
  readonly opaque?: boolean;
  /** In the place of the client's own. */
  readonly retry?: RetryPolicy;
}

/** The policy in the place of the client's own, and a signal that ends a wait beside the client's own. */
export type RetryChoice = Pick<Call, 'retry' | 'signal'>;

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
  readonly #warnings: Warnings;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#warnings = new Warnings(options.log);
  }

  /** Sends a call and reads its answer; both are tried again together. */
  call<T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T> {
    return retrying(this.#retryOptions(call), () => this.once(call, read));
  }

  retrying<T>(act: () => Promise<T>): Promise<T> {
    return retrying(this.#options.retry, act);
  }

  /** For what is tried again by its caller. */
  retries(choice: RetryChoice = {}): Retries {
    return new Retries(this.#retryOptions(choice));
  }

  #retryOptions({ retry, signal }: RetryChoice): RetryOptions {
    const own = this.#options.retry;
    const ended = signal === undefined ? own.signal : AbortSignal.any([own.signal, signal]);
    return { ...own, policy: retry ?? own.policy, signal: ended };
  }

  /** Like `call`, tried only once. */
  async once<T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T> {
    let url: URL | undefined;
    try {
      const session = await this.#session(call.access);
      url = addressOf(call, session.base);
      const credential = await this.#options.credentials.lookup(call.access.repository);
      const answer = await this.#send(session, { ...call, url }, credential);
      const { task, access, errand } = call;
      if (answer.url.origin === url.origin) this.#warnings.show(url.host, answer.header('warning'));
      if (call.expect.includes(answer.status) && call.opaque !== true && isPage(answer))
        throw await pageError(answer, task);
      if (call.expect.includes(answer.status)) return await read(answer);
      throw await statusError(answer, { task, access, errand, asked: url, credential, now: this.#options.clock.now() });
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

  async #session(access: Access): Promise<Session> {
    const { wire, network, clock, log } = this.#options;
    const base = await apiUrl(access, network);
    const session = this.#sessions.get(base.href) ?? new Session(base, { wire, clock, log });
    this.#sessions.set(base.href, session);
    return session;
  }
}

function addressOf({ target, access, ofRegistry }: Call, api: URL): URL {
  if (target instanceof URL) return target;
  return ofRegistry === true ? new URL(target, api) : resourceUrl(api, access, target);
}

/** A network's failure does not know what we were doing: says it. */
export function withTask(
  error: unknown,
  { task, method, url }: Pick<Call, 'task' | 'method'> & { readonly url: URL | undefined },
): unknown {
  if (error instanceof OfflineRefusal) return error.during(task, url?.hostname);
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
