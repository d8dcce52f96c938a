import {
  type AskedPlace,
  askedPlaces,
  blobEndpointsFor,
  type Endpoint,
  endpointsFor,
  type MirrorRules,
  routeFor,
} from '../mirrors/index.ts';
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
  /** Repositories of named registries that can't be asked what is attached to the images that a mirror has. */
  readonly #unasked = new Set<string>();
  /** What endpoints have with other bytes than they should. */
  readonly #broken = new Set<string>();
  readonly #said = new Set<string>();

  constructor(rules: MirrorRules, log: Log) {
    this.#rules = rules;
    this.#log = log;
  }

  /** @param task for messages: `read the manifest of registry.example/app:1` */
  forManifest(reference: ImageReference, task: string): Attempts {
    return this.#attempts(
      reference,
      task,
      this.#ordered(reference, () => endpointsFor(this.#rules, reference)),
    );
  }

  /** Where a manifest is looked for, for messages. */
  places(reference: ImageReference): readonly AskedPlace[] {
    return askedPlaces(this.#rules, reference);
  }

  /** @param task for messages: `read the blob registry.example/app@sha256:…` */
  forBlob(repository: Repository, digest: Digest, task: string): Attempts {
    const reference = { kind: 'digest', repository, digest } as const;
    return this.#attempts(
      reference,
      task,
      this.#ordered(reference, () => blobEndpointsFor(this.#rules, repository, digest)),
    );
  }

  /**
   * Looks for what may be attached to an image, as `Attempts.first`. Where mirrors lack it and the named registry can't be reached, it
   * counts as missing: whoever has only a mirror gets what that has. A warning tells, and that registry is not asked again.
   *
   * @param task for messages
   */
  async attached<T>(
    reference: ImageReference,
    task: string,
    ask: (turn: Turn) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const [first, ...others] = this.#ordered(reference, () => endpointsFor(this.#rules, reference));
    const attempts = this.#attempts(reference, task, [
      first,
      ...others.filter((each) => !this.#unasked.has(nameOf(each))),
    ]);
    try {
      return await attempts.first(ask);
    } catch (error) {
      const miss = attempts.onlySourceFailed;
      if (miss === undefined || isPassing(miss)) throw error;
      this.#leave(miss);
      return undefined;
    }
  }

  #leave(miss: Miss): void {
    const name = nameOf(miss.endpoint);
    if (this.#unasked.has(name)) return;
    this.#unasked.add(name);
    this.#log.warn(`signatures and the like that only ${name} has could not be looked for: ${reasonOf(miss)}`);
  }

  /** An endpoint has given a manifest: what belongs to it is read there. */
  served({ repository }: ImageReference, endpoint: Endpoint): void {
    this.#serving.set(formatRepository(repository), endpoint);
    const message = `${formatRepository(repository)} is served by ${nameOf(endpoint)}`;
    if (nameOf(endpoint) === formatRepository(repository) || this.#said.has(message)) return;
    this.#said.add(message);
    this.#log.info(message);
  }

  /** The repository, under its name there, that has served a manifest of this one; undefined when none has. */
  servedBy(repository: Repository): Repository | undefined {
    return this.#serving.get(formatRepository(repository))?.reference.repository;
  }

  #attempts(reference: ImageReference, task: string, endpoints: readonly [Endpoint, ...Endpoint[]]): Attempts {
    return new Attempts(task, endpoints, {
      missed: (miss, next) => {
        this.#learn(reference, miss, next);
      },
      spoilt: (miss) => {
        this.#broken.add(contentOf(miss.endpoint));
        this.#warn(reference, miss);
      },
    });
  }

  /** Who serves the repository first, who was no good last. The rules may leave nobody but the one who serves it. */
  #ordered(
    reference: ImageReference,
    byRules: () => readonly [Endpoint, ...Endpoint[]],
  ): readonly [Endpoint, ...Endpoint[]] {
    const serving = reference.kind === 'digest' ? this.#serving.get(formatRepository(reference.repository)) : undefined;
    if (serving === undefined) return this.#trustedFirst(byRules());
    const first = { ...serving, reference: { ...reference, repository: serving.reference.repository } };
    const others = routeFor(this.#rules, reference).endpoints.filter((other) => nameOf(other) !== nameOf(first));
    return this.#trustedFirst([first, ...others]);
  }

  #trustedFirst(endpoints: readonly [Endpoint, ...Endpoint[]]): readonly [Endpoint, ...Endpoint[]] {
    const [first = endpoints[0], ...others] = endpoints.toSorted((a, b) => this.#doubt(a) - this.#doubt(b));
    return [first, ...others];
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

/** Whether a registry answered, and another time may say more. */
function isPassing({ error }: Miss): boolean {
  return error instanceof RegistryError && error.transient && error.status !== undefined;
}

function nameOf({ reference }: Endpoint): string {
  return formatRepository(reference.repository);
}

function contentOf(endpoint: Endpoint): string {
  return `${nameOf(endpoint)} ${manifestName(endpoint.reference)}`;
}
