import { BuildpacksError } from '../errors/index.ts';
import type { Endpoint } from '../mirrors/index.ts';
import { formatRepository, type ImageReference } from '../reference/index.ts';
import { RegistryError } from './error.ts';

/** One endpoint that is asked. */
export interface Turn {
  readonly endpoint: Endpoint;
  /** Nobody waits long for it: when it fails another endpoint has its turn, or the source has said already that there is no such thing. */
  readonly followed: boolean;
}

/** The named registry itself, and nobody else: what is pushed to is never a mirror. */
export function direct(reference: ImageReference): Turn {
  return { endpoint: { role: 'source', reference, resolvesTags: true, insecure: false }, followed: false };
}

/** Why an endpoint did not do; without an error it has no such thing. */
export interface Miss {
  readonly endpoint: Endpoint;
  readonly error?: BuildpacksError;
}

/** Who wants to know how it goes. */
export interface AttemptsObserver {
  /** An endpoint did not do, and another one is asked. */
  missed(miss: Miss, next: Endpoint): void;
  /** An endpoint gave other bytes than it should. */
  spoilt(miss: Miss): void;
}

/** Errors that another endpoint can't help with. */
const FINAL: ReadonlySet<string> = new Set(['cancelled', 'input', 'internal']);

/** The endpoints for one thing that is read, each asked when those before it could not give it. */
export class Attempts {
  readonly #task: string;
  readonly #endpoints: readonly [Endpoint, ...Endpoint[]];
  readonly #observer: AttemptsObserver;
  readonly #misses: Miss[] = [];
  /** Those that gave the beginning of a blob and no more. */
  readonly #beginnings: Endpoint[] = [];

  /** @param task for messages: `read the manifest of registry.example/app:1` */
  constructor(task: string, endpoints: readonly [Endpoint, ...Endpoint[]], observer: AttemptsObserver) {
    this.#task = task;
    this.#endpoints = endpoints;
    this.#observer = observer;
  }

  /**
   * Asks one endpoint after the other.
   *
   * @param ask undefined when the endpoint has no such thing
   * @returns undefined when none of them has it
   */
  async first<T>(ask: (turn: Turn) => Promise<T | undefined>): Promise<T | undefined> {
    while (this.#misses.length < this.#endpoints.length) {
      const { turn } = this;
      let found: T | undefined;
      try {
        found = await ask(turn);
      } catch (error) {
        this.failed(error);
        continue;
      }
      if (found !== undefined) return found;
      this.#miss({ endpoint: turn.endpoint });
      const { role, reference } = turn.endpoint;
      if (role === 'source' && reference.kind === 'tag') return undefined;
    }
    return undefined;
  }

  get turn(): Turn {
    const index = this.#misses.length;
    const followed = index + 1 < this.#endpoints.length || this.#sourceLacksIt;
    return { endpoint: this.#endpoints[index] ?? this.#endpoints[0], followed };
  }

  /**
   * The current endpoint failed; the next one has its turn.
   *
   * @throws the error when no other endpoint can help, and one that tells what each of them said when all have failed
   */
  failed(error: unknown): void {
    if (!(error instanceof BuildpacksError) || FINAL.has(error.code)) throw error;
    this.#miss({ endpoint: this.turn.endpoint, error });
  }

  /**
   * As `failed`, after the current endpoint has given the beginning of a blob: the next one goes on from there.
   *
   * @throws as `failed`
   */
  failedMidway(error: unknown): void {
    const { endpoint } = this.turn;
    this.failed(error);
    this.#beginnings.push(endpoint);
  }

  /** Whether a blob that came out wrong may be right when it is asked for again. */
  get replaceable(): boolean {
    return this.turn.followed || this.#beginnings.length > 0;
  }

  /** The failure of the named registry, where all others have said that they have no such thing; undefined when it is not so. */
  get onlySourceFailed(): Miss | undefined {
    const [failed, another] = this.#misses.filter(({ error }) => error !== undefined);
    const isOnly = failed?.endpoint.role === 'source' && another === undefined && this.#misses.length > 1;
    return isOnly ? failed : undefined;
  }

  /**
   * A blob came out wrong, and somebody has its bytes already: who asks for it again gets it from others than those whose fault it may
   * be. Who only went on where others stopped is the last to be suspected.
   */
  spoilt(error: BuildpacksError): void {
    const suspects = this.#beginnings.length > 0 ? this.#beginnings : [this.turn.endpoint];
    for (const endpoint of suspects) this.#observer.spoilt({ endpoint, error });
  }

  /** That there is no such thing is true when the source says so, or all of the others. */
  #miss(miss: Miss): void {
    this.#misses.push(miss);
    const next = this.#endpoints[this.#misses.length];
    if (next !== undefined) {
      this.#observer.missed(miss, next);
      return;
    }
    if (this.#sourceLacksIt || this.#misses.every(({ error }) => error === undefined)) return;
    throw this.#endpoints.length === 1 && miss.error !== undefined ? miss.error : this.#summary();
  }

  get #sourceLacksIt(): boolean {
    return this.#misses.some(({ endpoint, error }) => endpoint.role === 'source' && error === undefined);
  }

  #summary(): RegistryError {
    const telling = this.#misses.reduce((best, miss) => (weight(miss) > weight(best) ? miss : best));
    const { error } = telling;
    const said = this.#misses.map((miss, index) => {
      const reason = reasonOf(miss);
      // The observer was told the whole of all but the last.
      const told = index + 1 < this.#misses.length;
      return `${formatRepository(miss.endpoint.reference.repository)}: ${told ? firstLine(reason) : reason}`;
    });
    return new RegistryError({
      code: error?.code === 'temporary' || error?.code === 'denied' ? error.code : 'registry',
      task: this.#task,
      reason: `none of its ${this.#endpoints.length} endpoints can serve it: ${said.join('; ')}`,
      hint: error?.hint,
      ...(error instanceof RegistryError && { transient: error.transient, retryAfter: error.retryAfter }),
      ...(error instanceof RegistryError && error.status !== undefined && { status: error.status }),
      cause: error,
    });
  }
}

/** An answer tells more than none, a refusal more than trouble, and that something is not there the least. */
function weight({ error }: Miss): number {
  if (error === undefined) return 0;
  const status = error instanceof RegistryError ? error.status : undefined;
  if (status === 404) return 1;
  if (error.code === 'denied') return 5;
  if (status === undefined) return 2;
  return error.code === 'temporary' ? 4 : 3;
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}

/** What an endpoint said, in words. */
export function reasonOf({ error }: Miss): string {
  if (error === undefined) return 'it is not there';
  return error instanceof RegistryError ? error.reason : error.message;
}
