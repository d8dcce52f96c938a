import { type Endpoint, endpointsFor, type MirrorRules, routeFor } from '../mirrors/index.ts';
import type { Log } from '../ports/index.ts';
import {
  type Digest,
  familiarReference,
  formatRepository,
  type ImageReference,
  manifestName,
  type Repository,
} from '../reference/index.ts';
import { Attempts, type Miss, reasonOf, type Turn } from './attempts.ts';
import { RegistryError } from './error.ts';

/**
 * Where things are read from, and what was learned about that during the run. A repository that an endpoint has served stays with it:
 * a tag's digest, the manifests of an index and blobs are asked for there first, and at the endpoints of the digest after it.
 */
export class Endpoints {
  readonly #rules: MirrorRules;
  readonly #log: Log;
  /** By the name that the user has for the repository. */
  readonly #serving = new Map<string, Endpoint>();
  /** Registries that did not answer: they are asked last from then on. */
  readonly #silent = new Set<string>();
  /** What endpoints have with other bytes than they should. */
  readonly #broken = new Set<string>();
  readonly #said = new Set<string>();

  constructor(rules: MirrorRules, log: Log) {
    this.#rules = rules;
    this.#log = log;
  }

  /**
   * Asks one endpoint after the other.
   *
   * @param task for messages: `read the manifest of registry.example/app:1`
   * @param ask undefined when the endpoint has no such thing
   * @returns undefined when none of them has it
   */
  async read<T>(
    reference: ImageReference,
    task: string,
    ask: (turn: Turn) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const attempts = this.attempts(reference, task);
    for (;;) {
      try {
        const found = await ask(attempts.turn);
        if (found !== undefined) return found;
      } catch (error) {
        attempts.failed(error);
        continue;
      }
      if (!attempts.missing()) return undefined;
    }
  }

  attempts(reference: ImageReference, task: string): Attempts {
    return new Attempts(task, this.#ordered(reference), {
      missed: (miss, next) => {
        this.#learn(reference, miss, next);
      },
      spoilt: (miss) => {
        this.#broken.add(contentOf(miss.endpoint));
        this.#warn(reference, miss);
      },
    });
  }

  /** An endpoint has given a manifest: what belongs to it is read there. */
  served({ repository }: ImageReference, endpoint: Endpoint): void {
    this.#serving.set(formatRepository(repository), endpoint);
    const message = `${formatRepository(repository)} is served by ${nameOf(endpoint)}`;
    if (nameOf(endpoint) === formatRepository(repository) || this.#said.has(message)) return;
    this.#said.add(message);
    this.#log.info(message);
  }

  /**
   * The repository, under its name there, that content is read from: a manifest came from it, or it is the first to be asked for this
   * digest. Undefined when the rules leave none.
   */
  servedBy(repository: Repository, digest?: Digest): Repository | undefined {
    const serving = this.#serving.get(formatRepository(repository));
    if (serving !== undefined) return serving.reference.repository;
    if (digest === undefined) return undefined;
    const [first] = routeFor(this.#rules, { kind: 'digest', repository, digest }).endpoints;
    return first?.reference.repository;
  }

  #ordered(reference: ImageReference): readonly [Endpoint, ...Endpoint[]] {
    const serving = reference.kind === 'digest' ? this.#serving.get(formatRepository(reference.repository)) : undefined;
    const first = serving && { ...serving, reference: { ...reference, repository: serving.reference.repository } };
    const others = routeFor(this.#rules, reference).endpoints.filter(
      (other) => first === undefined || nameOf(other) !== nameOf(first),
    );
    const known = [...(first === undefined ? [] : [first]), ...others];
    const [best, ...rest] = known.toSorted((a, b) => this.#doubt(a) - this.#doubt(b));
    return best === undefined ? endpointsFor(this.#rules, reference) : [best, ...rest];
  }

  #doubt(endpoint: Endpoint): number {
    if (this.#broken.has(contentOf(endpoint))) return 2;
    return this.#silent.has(endpoint.reference.repository.registry) ? 1 : 0;
  }

  #learn(reference: ImageReference, miss: Miss, next: Endpoint): void {
    const { endpoint, error } = miss;
    const status = error instanceof RegistryError ? error.status : undefined;
    if (error === undefined || status === 404) {
      this.#log.debug(`${nameOf(endpoint)} does not have ${familiarReference(reference)}; asking ${nameOf(next)}`);
      return;
    }
    if (status === undefined && error.code !== 'image') this.#silent.add(endpoint.reference.repository.registry);
    this.#warn(reference, miss);
  }

  #warn({ repository }: ImageReference, miss: Miss): void {
    const { endpoint, error } = miss;
    const kind = `${nameOf(endpoint)} ${error?.code ?? ''}`;
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.#log.warn(`${nameOf(endpoint)} is passed over for ${formatRepository(repository)}: ${reasonOf(miss)}`);
  }
}

function nameOf({ reference }: Endpoint): string {
  return formatRepository(reference.repository);
}

function contentOf(endpoint: Endpoint): string {
  return `${nameOf(endpoint)} ${manifestName(endpoint.reference)}`;
}
