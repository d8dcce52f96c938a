import { openSession, type Session } from '../build/session.ts';
import { adviceOf, BuildpacksError } from '../errors/index.ts';
import { readImage, type Image } from '../image/source.ts';
import { notBuilt } from '../inspect/inspect.ts';
import { type ImageLocation, openTarget } from '../inspect/target.ts';
import { parseLifecycleMetadata } from '../lifecycle/labels.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import {
  type CheckedSubject,
  type CheckOutcome,
  creationTime,
  evaluate,
  imageFact,
  loadPolicies,
  madeFacts,
  type PolicyFacts,
  requirePolicy,
  type RunImageFact,
} from '../policy/index.ts';
import type { Ports } from '../ports/index.ts';
import { type ImageReference, parseReference } from '../reference/index.ts';
import type { CheckRequest } from './inputs.ts';

/** Images that are looked at at once. */
const AT_ONCE = 4;

/**
 * Judges images that exist, whoever has built them, by what they tell: their name, labels, buildpacks and run image. What only a build knows
 * (builder, variables, network) is listed as not judged.
 *
 * @throws InputError when there is no policy; what is wrong with one image is in its outcome
 */
export async function checkImages(request: CheckRequest, ports: Ports): Promise<CheckOutcome> {
  const session = openSession(ports, request.connection, []);
  const policies = await loadPolicies(request.policies, session);
  requirePolicy(policies);
  const subjects = await mapInParallel(request.locations, AT_ONCE, async (location): Promise<CheckedSubject> => {
    try {
      const { image } = await openTarget({ ...request, location }, session.ports);
      const facts = await imageFacts(location, image, session);
      return { name: location.name, digest: image.raw.digest, ...evaluate(policies, facts) };
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      return { name: location.name, problem: adviceOf(error) };
    }
  });
  return { policies, subjects };
}

async function imageFacts(location: ImageLocation, image: Image, session: Session): Promise<PolicyFacts> {
  const runImage = await runImageFact(location.name, image, session);
  return {
    now: session.ports.clock.now(),
    ...madeFacts(image.config),
    runImage,
    ...(location.kind === 'registry' && { targets: [imageFact(location.reference, { digests: [image.raw.digest] })] }),
  };
}

/** The image's label names its run image by the digest of its manifest; when that was made, only the run image knows. */
async function runImageFact(name: string, image: Image, { registry }: Session): Promise<RunImageFact> {
  const metadata = parseLifecycleMetadata(image.config);
  if (metadata === undefined) throw notBuilt(name);
  const { reference: text = '', image: canonical } = metadata.runImage;
  if (!text.includes('@')) {
    throw new BuildpacksError('image', `"${name}" does not tell by digest which run image it stands on`);
  }
  const reference = parseReference(text);
  const tagged = canonical === undefined ? undefined : parseReference(canonical);
  const fact = imageFact(withTag(reference, tagged), {
    digests: reference.kind === 'digest' ? [reference.digest] : [],
  });
  const found = await registry.manifest(reference);
  if (found === undefined) return { ...fact, created: null };
  const { config } = await readImage(registry.source(reference.repository), found);
  return { ...fact, created: creationTime(config) };
}

/** The canonical name has the tag that the image was found by. */
function withTag(reference: ImageReference, canonical: ImageReference | undefined): ImageReference {
  const tag = canonical?.tag;
  return reference.kind === 'digest' && tag !== undefined ? { ...reference, tag } : reference;
}
