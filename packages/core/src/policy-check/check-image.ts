import type { Session } from '../build/session.ts';
import { adviceOf, BuildpacksError } from '../errors/index.ts';
import type { Image } from '../image/source.ts';
import { notBuilt } from '../inspect/inspect.ts';
import { type ImageLocation, type InspectionTarget, openPlatforms } from '../inspect/target.ts';
import { APP_LABEL, parseLifecycleMetadata } from '../lifecycle/labels.ts';
import { asksFor, evaluate, imageFact, madeFacts, type Policy, type PolicyFacts } from '../policy/index.ts';
import { hasBuildpackBill } from '../sbom/image-bills.ts';
import type { CheckRequest } from './inputs.ts';
import type { CheckedSubject, Problem } from './outcome.ts';
import { provenRunImage, type RunImageSearch } from './proven-run-image.ts';
import { UnprovenError } from './unproven-error.ts';

/** What images are judged with. */
export interface CheckContext {
  readonly request: Pick<CheckRequest, 'platform' | 'connection'>;
  readonly policies: readonly Policy[];
  readonly session: Session;
  readonly runImages: RunImageSearch;
}

/** Judges the images that a name leads to; what is wrong with one is told in its place, and so is that the check was ended before. */
export async function checkLocation(
  location: ImageLocation,
  context: CheckContext,
): Promise<readonly CheckedSubject[]> {
  const { name } = location;
  const { request, session } = context;
  if (isEnded(session)) return [{ name, ...ENDED }];
  try {
    const subjects: CheckedSubject[] = [];
    const targets = await openPlatforms({ ...request, location }, session.ports, session.registry);
    for (const target of targets) subjects.push(await checkTarget(location, target, context));
    return subjects;
  } catch (error) {
    return [{ name, ...(isEnded(session) ? ENDED : problemOf(error)) }];
  }
}

const ENDED = { problem: 'the check was ended before', code: 'cancelled' } as const;

function isEnded({ ports }: Session): boolean {
  return ports.signal.aborted;
}

async function checkTarget(
  location: ImageLocation,
  { image, index }: InspectionTarget,
  context: CheckContext,
): Promise<CheckedSubject> {
  const { os, architecture } = image.config;
  const subject = {
    name: location.name,
    digest: image.raw.digest,
    ...(index !== undefined && { platform: { os, architecture } }),
  };
  try {
    return { ...subject, ...evaluate(context.policies, await imageFacts(location, image, context)) };
  } catch (error) {
    if (isEnded(context.session)) throw error;
    return { ...subject, ...problemOf(error) };
  }
}

/** @throws what was thrown, when it is no trouble with one image */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof BuildpacksError) || error.code === 'cancelled' || error.code === 'internal') throw error;
  const problem = { problem: adviceOf(error), code: error.code };
  return error instanceof UnprovenError ? { ...problem, rule: error.topic } : problem;
}

/** Only what rules ask for is looked up, and what an image must tell for them must be there and be true. */
async function imageFacts(
  location: ImageLocation,
  image: Image,
  { policies, session, runImages }: CheckContext,
): Promise<PolicyFacts> {
  const { name } = location;
  const metadata = parseLifecycleMetadata(image.config);
  if (metadata === undefined) throw notBuilt(name);
  const made = madeFacts(image.config);
  if (made.buildpacks === undefined && asksFor(policies, ['buildpacks.allow', 'buildpacks.deny'])) {
    throw new UnprovenError('buildpacks', `"${name}" does not tell its buildpacks: it has no label ${APP_LABEL.build}`);
  }
  const sbom = asksFor(policies, ['build.sbom']) ? await hasBuildpackBill(image) : undefined;
  const topic = ['run-images', 'registries'].find((each) => asksFor(policies, [each]));
  const runImage = topic && (await provenRunImage({ name, image, metadata, topic }, runImages));
  return {
    now: session.ports.clock.now(),
    ...made,
    ...(sbom !== undefined && { sbom }),
    ...(runImage && { runImage }),
    ...(location.kind === 'registry' && { targets: [imageFact(location.reference, { digests: [image.raw.digest] })] }),
  };
}
