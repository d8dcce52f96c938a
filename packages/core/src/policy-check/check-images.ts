import { openSession, type Session } from '../build/session.ts';
import { adviceOf, BuildpacksError, type ErrorCode } from '../errors/index.ts';
import type { Image } from '../image/source.ts';
import { notBuilt } from '../inspect/inspect.ts';
import { type InspectionTarget, openPlatforms } from '../inspect/target.ts';
import { APP_LABEL, parseLifecycleMetadata } from '../lifecycle/labels.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import {
  asksFor,
  type CheckedSubject,
  type CheckOutcome,
  evaluate,
  imageFact,
  loadPolicies,
  madeFacts,
  type Policy,
  type PolicyFacts,
  requirePolicy,
} from '../policy/index.ts';
import type { Ports } from '../ports/index.ts';
import { hasBuildpackBill } from '../sbom/image-bills.ts';
import type { CheckRequest } from './inputs.ts';
import { provenRunImage } from './proven-run-image.ts';

/** Images that are looked at at once. */
const AT_ONCE = 4;

type Location = CheckRequest['locations'][number];

interface CheckContext {
  readonly request: CheckRequest;
  readonly policies: readonly Policy[];
  readonly session: Session;
}

/**
 * Judges images that exist, whoever has built them, by what they tell: their name, labels, buildpacks and run image; of an index the images of
 * all its platforms. What only a build knows (builder, variables, network) is listed as not judged.
 *
 * @throws InputError when there is no policy; what is wrong with one image is in its outcome
 */
export async function checkImages(request: CheckRequest, ports: Ports): Promise<CheckOutcome> {
  const session = openSession(ports, request.connection, []);
  const policies = await loadPolicies(request.policies, session);
  requirePolicy(policies);
  const context = { request, policies, session };
  const subjects = await mapInParallel(request.locations, AT_ONCE, (location) => checkLocation(location, context));
  return { policies, subjects: subjects.flat() };
}

async function checkLocation(location: Location, context: CheckContext): Promise<readonly CheckedSubject[]> {
  const { name } = location;
  try {
    const subjects: CheckedSubject[] = [];
    const targets = await openPlatforms({ ...context.request, location }, context.session.ports);
    for (const target of targets) subjects.push(await checkTarget(location, target, context));
    return subjects;
  } catch (error) {
    return [{ name, ...problemOf(error) }];
  }
}

async function checkTarget(
  location: Location,
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
    return { ...subject, ...problemOf(error) };
  }
}

function problemOf(error: unknown): { readonly problem: string; readonly code: ErrorCode } {
  if (!(error instanceof BuildpacksError) || error.code === 'cancelled' || error.code === 'internal') throw error;
  return { problem: adviceOf(error), code: error.code };
}

/** Only what rules ask for is looked up, and what an image must tell for them must be there and be true. */
async function imageFacts(location: Location, image: Image, { policies, session }: CheckContext): Promise<PolicyFacts> {
  const { name } = location;
  const metadata = parseLifecycleMetadata(image.config);
  if (metadata === undefined) throw notBuilt(name);
  const made = madeFacts(image.config);
  if (made.buildpacks === undefined && asksFor(policies, ['buildpacks.allow', 'buildpacks.deny'])) {
    throw new BuildpacksError('policy', `"${name}" does not tell its buildpacks: it has no label ${APP_LABEL.build}`);
  }
  const sbom = asksFor(policies, ['build.sbom']) ? await hasBuildpackBill(image) : undefined;
  const isAsked = asksFor(policies, ['run-images', 'registries']);
  const runImage = isAsked ? await provenRunImage({ name, image, metadata }, session.registry) : undefined;
  return {
    now: session.ports.clock.now(),
    ...made,
    ...(sbom !== undefined && { sbom }),
    ...(runImage && { runImage }),
    ...(location.kind === 'registry' && { targets: [imageFact(location.reference, { digests: [image.raw.digest] })] }),
  };
}
