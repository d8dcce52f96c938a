import { explained } from '../build/failure.ts';
import { openSession } from '../build/session.ts';
import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import type { Ports } from '../ports/index.ts';
import { registryServer, type RegistryClient } from '../registry/index.ts';
import { Attachments } from './attachments.ts';
import { BaseAge } from './base-age.ts';
import { BaseImages } from './base-images.ts';
import { BlobMover } from './blob-mover.ts';
import { type FoundSubject, findSubjects } from './find-subjects.ts';
import type { RebaseRequest } from './inputs.ts';
import { nameOf } from './name.ts';
import { performRebase, prepareRebase } from './rebase-image.ts';
import { RebaseRefusal } from './refusal.ts';
import { describeState } from './render.ts';
import { type ImageReport, REBASE_SCHEMA_VERSION, type RebaseReport } from './report.ts';
import { type Edition, planSubject } from './subject.ts';

/**
 * Puts app images on the newest of their run images, or tells which of them are outdated. What goes wrong with one image is in the report
 * and leaves the others alone. Nothing needs to be remembered: a run that was ended is continued by the same request.
 *
 * @throws BuildpacksError when the images can't be listed, or the run is cancelled
 */
export async function rebaseImages(request: RebaseRequest, ports: Ports): Promise<RebaseReport> {
  return explained(ports.signal, async () => {
    const began = ports.clock.now();
    const { registry, ports: own } = openSession(ports, request.connection, []);
    admitNamed(request, ports);
    own.log.phase(request.mode === 'rebase' ? 'rebase' : 'compare');
    const { subjects, failures } = await findSubjects(request, registry, ports.signal);
    const run = new Run(request, registry, own);
    const done = await mapInParallel(subjects, request.parallel, (found) => run.report(found, subjects.length));
    const lost = failures.map(({ repository, tags, error }) => failed(nameOf(repository, tags), error));
    const images = [...done, ...lost].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const milliseconds = ports.clock.now() - began;
    return {
      schemaVersion: REBASE_SCHEMA_VERSION,
      mode: request.mode,
      images,
      traffic: registry.traffic(),
      milliseconds,
    };
  });
}

function keyOf({ repository, tags }: ImageReport): string {
  return `${repository} ${tags.join(' ')}`;
}

/** In a closed network what the user names may be reached; what images name in their labels must be named as well. */
function admitNamed({ images, below, runImage, previousImage }: RebaseRequest, { network }: Ports): void {
  const named = [...images, runImage?.reference, previousImage].flatMap((each) => each?.repository ?? []);
  for (const { registry } of [...named, ...below]) network.reach.admit(registryServer(registry));
}

class Run {
  readonly #request: RebaseRequest;
  readonly #ports: Ports;
  readonly #registry: RegistryClient;
  readonly #bases: BaseImages;
  readonly #mover: BlobMover;
  readonly #attachments: Attachments;
  readonly #age: BaseAge;
  #done = 0;

  constructor(request: RebaseRequest, registry: RegistryClient, ports: Ports) {
    const { log } = ports;
    this.#request = request;
    this.#ports = ports;
    this.#registry = registry;
    this.#bases = new BaseImages({ registry, log, ...optional('override', request.runImage) });
    this.#mover = new BlobMover(registry, log);
    this.#attachments = new Attachments(registry, ports);
    this.#age = new BaseAge(registry);
  }

  async report(found: FoundSubject, total: number): Promise<ImageReport> {
    const report = await this.#rebase(found);
    this.#done += 1;
    // The report says it again; of many images people want to see that it goes on.
    if (total > 1) this.#ports.log.info(`${this.#done}/${total} ${describeState(report)}`);
    return report;
  }

  async #rebase(found: FoundSubject): Promise<ImageReport> {
    const { subject } = found;
    const tags = subject.targets.map(({ tag }) => tag);
    const name = nameOf(subject.targets[0]?.repository ?? subject.repository, tags);
    try {
      return { ...name, ...(await this.#decide(found)) };
    } catch (error) {
      if (this.#ports.signal.aborted) throw error;
      if (error instanceof RebaseRefusal) return { ...name, ...refused(error, found) };
      if (error instanceof BuildpacksError) return failed(name, error);
      throw error;
    }
  }

  async #decide({ subject }: FoundSubject): Promise<ReportedState> {
    const { force, mode, rollback } = this.#request;
    const registry = this.#registry;
    const editions = await planSubject(subject, { registry, bases: this.#bases, force });
    const prepared = prepareRebase(subject, editions);
    if (prepared === undefined) return { state: 'current', digest: subject.raw.digest };
    const young = await this.#isYoung(editions);
    if (young !== undefined) return { state: 'skipped', reason: young };
    if (mode !== 'rebase') return { state: 'outdated', ...prepared.change };
    const outcome = await performRebase(prepared, {
      registry,
      mover: this.#mover,
      attachments: this.#attachments,
      rollback,
    });
    return { state: 'rebased', ...prepared.change, ...outcome };
  }

  /** Why the image may wait, if it may; run images of unknown age are old. */
  async #isYoung(editions: readonly Edition[]): Promise<string | undefined> {
    const { olderThanDays } = this.#request;
    if (olderThanDays === undefined) return undefined;
    const outdated = editions.filter(({ plan }) => plan.kind === 'rebase');
    const created = await Promise.all(outdated.map((edition) => this.#age.createdOf(edition)));
    const limit = this.#ports.clock.now() - olderThanDays * DAY;
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

function failed(name: Pick<ImageReport, 'repository' | 'tags'>, { code, message, hint }: BuildpacksError): ImageReport {
  return { ...name, state: 'failed', code, message, ...optional('hint', hint) };
}
