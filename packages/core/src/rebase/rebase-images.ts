import { explained } from '../build/failure.ts';
import { openSession } from '../build/session.ts';
import { RunImageReader } from '../catalog/run-image-reader.ts';
import { asError, BuildpacksError, machineError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { loadPolicies } from '../policy/index.ts';
import type { Ports } from '../ports/index.ts';
import { canonicalRegistry, type ImageReference } from '../reference/index.ts';
import { registryServer, type RegistryClient } from '../registry/index.ts';
import { Attachments } from './attachments.ts';
import { baseCreated } from './base-age.ts';
import { BaseImages } from './base-images.ts';
import { BasePackages } from './base-packages.ts';
import { BlobMover } from '../transfer/blob-mover.ts';
import { type FoundSubject, findSubjects } from './find-subjects.ts';
import type { RebaseRequest } from './inputs.ts';
import { nameOf } from './name.ts';
import { performRebase, prepareRebase } from './rebase-image.ts';
import { RebaseRefusal } from './refusal.ts';
import { describeState } from './render.ts';
import { RunImageGuard } from './run-image-guard.ts';
import { type ImageReport, REBASE_SCHEMA_VERSION, type RebaseReport, type RunImageReport } from './report.ts';
import { type Edition, planSubject } from './subject.ts';

/**
 * Puts app images on the newest of their run images, or tells which of them are outdated. What goes wrong with one image is in the report
 * and leaves the others alone. Nothing needs to be remembered: a run that was ended is continued by the same request. When the run is cancelled
 * the report tells what is done by then, and which images were not begun.
 *
 * @throws BuildpacksError when the images can't be listed, or the run is cancelled before they are
 */
export async function rebaseImages(request: RebaseRequest, ports: Ports): Promise<RebaseReport> {
  return explained(ports.signal, async () => {
    const began = ports.clock.now();
    const session = openSession(ports, request.connection, []);
    const { registry, ports: own } = session;
    const registries = namedRegistries(request);
    for (const each of registries) ports.network.reach.admit(registryServer(each));
    const policies = await loadPolicies(request.policies, session);
    for (const { name, digest } of policies) own.log.info(`policy ${name} (${digest})`);
    const patterns = request.runImages.map(({ pattern }) => pattern);
    const guard = new RunImageGuard({ patterns, policies, registries, clock: ports.clock });
    if (request.below.length > 0 && request.runImage === undefined) guard.requireAllowance();
    own.log.phase(request.mode === 'rebase' ? 'rebase' : 'compare');
    const context = { registry, log: own.log, signal: ports.signal };
    const { subjects, failures, unread, leftOut } = await findSubjects(request, context);
    const run = new Run(request, { registry, guard, ports: own });
    const done = await mapInParallel(subjects, request.parallel, (found) => run.report(found, subjects.length));
    const lost = failures.map(({ repository, tags, error }) => ({ ...nameOf(repository, tags), ...failed(error) }));
    const images = [...done, ...lost, ...unread.map(notRead)].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const runImages = await run.runImages();
    const milliseconds = ports.clock.now() - began;
    return {
      schemaVersion: REBASE_SCHEMA_VERSION,
      mode: request.mode,
      images,
      leftOut,
      runImages,
      traffic: registry.traffic(),
      milliseconds,
    };
  });
}

function keyOf({ repository, tags }: ImageReport): string {
  return `${repository} ${tags.join(' ')}`;
}

function nameOfSubject({ subject }: FoundSubject): ReturnType<typeof nameOf> {
  const tags = subject.targets.map(({ tag }) => tag);
  return nameOf(subject.targets[0]?.repository ?? subject.repository, tags);
}

function notRead({ repository, tag }: ImageReference): ImageReport {
  return { ...nameOf(repository, tag === undefined ? [] : [tag]), state: 'pending' };
}

/** Whatever was thrown while the run was torn down. */
function interrupted(cause: unknown): BuildpacksError {
  const hint = 'Its tags lead to whole images, to the old one or the new one; the same command goes on from there.';
  return new BuildpacksError('cancelled', 'it was interrupted', { hint, cause });
}

/** In a closed network what the user names may be reached; what images name in their labels must be named as well. */
function namedRegistries(request: RebaseRequest): ReadonlySet<string> {
  const { images, below, runImages, runImage, previousImage, connection } = request;
  const named = [...images, runImage?.reference, previousImage].flatMap((each) => each?.repository ?? []);
  const hosts = runImages.flatMap(({ text }) => /^[^*/]+(?=\/)/.exec(text) ?? []).map(canonicalRegistry);
  return new Set([...[...named, ...below].map(({ registry }) => registry), ...hosts, ...connection.insecureRegistries]);
}

interface RunContext {
  readonly registry: RegistryClient;
  readonly guard: RunImageGuard;
  readonly ports: Ports;
}

class Run {
  readonly #request: RebaseRequest;
  readonly #ports: Ports;
  readonly #registry: RegistryClient;
  readonly #guard: RunImageGuard;
  readonly #bases: BaseImages;
  readonly #mover: BlobMover;
  readonly #attachments: Attachments;
  readonly #reader: RunImageReader;
  readonly #packages: BasePackages;
  #done = 0;

  constructor(request: RebaseRequest, { registry, guard, ports }: RunContext) {
    const { log } = ports;
    this.#request = request;
    this.#ports = ports;
    this.#registry = registry;
    this.#guard = guard;
    this.#reader = new RunImageReader(registry);
    this.#bases = new BaseImages({ reader: this.#reader, log, guard, ...optional('override', request.runImage) });
    this.#mover = new BlobMover(registry, log);
    this.#attachments = new Attachments(registry, ports);
    this.#packages = new BasePackages(this.#reader);
  }

  async report(found: FoundSubject, total: number): Promise<ImageReport> {
    if (this.#ports.signal.aborted) return { ...nameOfSubject(found), state: 'pending' };
    const report = await this.#rebase(found);
    this.#done += 1;
    // The report says it again; of many images people want to see that it goes on.
    if (total > 1) this.#ports.log.info(`${this.#done}/${total} ${describeState(report)}`);
    return report;
  }

  /** What is different in the run images, when all is done. */
  async runImages(): Promise<readonly RunImageReport[]> {
    const { signal } = this.#ports;
    if (signal.aborted) return [];
    return this.#packages.compare().catch((error: unknown) => {
      if (signal.aborted) return [];
      throw error;
    });
  }

  async #rebase(found: FoundSubject): Promise<ImageReport> {
    const name = nameOfSubject(found);
    try {
      return { ...name, ...(await this.#decide(found)) };
    } catch (error) {
      if (error instanceof RebaseRefusal && !this.#ports.signal.aborted) return { ...name, ...refused(error, found) };
      return { ...name, ...failed(this.#explain(error)) };
    }
  }

  /** Images are others' work: what one does to us, against all care, is told and leaves the others alone. */
  #explain(thrown: unknown): BuildpacksError {
    if (this.#ports.signal.aborted) return interrupted(thrown);
    const error = machineError(thrown);
    if (error instanceof BuildpacksError) return error;
    const { message, stack = message } = asError(error);
    this.#ports.log.debug(stack);
    const hint = 'This is a defect of buildpacks-ci: please report it, with a debug log.';
    return new BuildpacksError('internal', message, { hint, cause: error });
  }

  async #decide({ subject }: FoundSubject): Promise<ReportedState> {
    const { force, mode, rollback } = this.#request;
    const [registry, bases, guard] = [this.#registry, this.#bases, this.#guard];
    const editions = await planSubject(subject, { registry, bases, guard, force });
    const prepared = prepareRebase(subject, editions);
    if (prepared === undefined) return { state: 'current', digest: subject.raw.digest };
    const young = await this.#isYoung(editions);
    if (young !== undefined) return { state: 'skipped', reason: young };
    this.#packages.add(editions);
    if (mode !== 'rebase') return { state: 'outdated', ...prepared.change };
    const { failure, ...outcome } = await performRebase(prepared, {
      registry,
      mover: this.#mover,
      attachments: this.#attachments,
      rollback,
    });
    const done = { ...prepared.change, ...outcome };
    if (failure === undefined) return { state: 'rebased', ...done };
    if (outcome.movedTags.length === 0) throw failure.error;
    return { ...failed(this.#explain(failure.error)), done };
  }

  /** Why the image may wait, if it may; run images of unknown age are old. */
  async #isYoung(editions: readonly Edition[]): Promise<string | undefined> {
    const { olderThanDays } = this.#request;
    if (olderThanDays === undefined) return undefined;
    const outdated = editions.filter(({ plan }) => plan.kind === 'rebase');
    const now = this.#ports.clock.now();
    const created = await Promise.all(outdated.map((edition) => baseCreated(edition, this.#reader, now)));
    const limit = now - olderThanDays * DAY;
    if (created.some((time) => time === undefined || time < limit)) return undefined;
    return `its run image was made less than ${olderThanDays} days ago`;
  }
}

const DAY = 24 * 60 * 60 * 1000;

type ReportedState = ImageReport extends infer R
  ? R extends ImageReport
    ? Omit<R, 'repository' | 'tags'>
    : never
  : never;

/** Below a prefix there is much that is no app image. */
function refused({ violations }: RebaseRefusal, { isNamed }: FoundSubject): ReportedState {
  const [first] = violations;
  if (!isNamed && first?.rule === 'built-with-buildpacks') return { state: 'skipped', reason: first.message };
  return { state: 'refused', violations };
}

function failed({ code, message, hint }: BuildpacksError): ReportedState & { readonly state: 'failed' } {
  return { state: 'failed', code, message, ...optional('hint', hint) };
}
