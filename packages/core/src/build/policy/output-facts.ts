import type { Image } from '../../image/source.ts';
import {
  asksFor,
  imageFact,
  type ImageFact,
  localImageFact,
  madeFacts,
  type Policy,
  type RunImageFact,
} from '../../policy/index.ts';
import { parseReference } from '../../reference/index.ts';
import { hasBuildpackBill } from '../../sbom/image-bills.ts';
import type { Plan } from '../plan.ts';
import type { BuildFacts } from './request-facts.ts';

/** What PUBLISH itself knows of a build. */
export interface MadeImage {
  /** With every layer readable. */
  readonly image: Image;
  /** Whether whoever ran the build vouches for that. */
  readonly isHermetic: boolean;
}

/**
 * What is known when the image is made. What the plan will have done counts, whatever PREPARE has recorded beside: of its facts only those are taken
 * that nobody can know later.
 */
export async function outputFacts(
  plan: Plan,
  { image, isHermetic }: MadeImage,
  policies: readonly Policy[],
): Promise<BuildFacts> {
  const { facts } = plan.policy;
  const sbom = asksFor(policies, ['build.sbom']) ? await hasBuildpackBill(image) : undefined;
  const { runImage, builder, ...others } = plannedFacts(plan);
  return {
    ...facts,
    ...others,
    builder: sameImage(builder, facts.builder),
    runImage: { ...sameImage(runImage, facts.runImage), ...timeOf(runImage, facts.runImage) },
    ...madeFacts(image.config, facts.buildpacks),
    hermetic: isHermetic,
    ...(sbom !== undefined && { sbom }),
  };
}

function plannedFacts({ builder, runImage, lifecycle, destinations }: Plan) {
  const isLocal = /^(?:docker:\/\/|oci:)/.test(builder.name);
  return {
    builder: isLocal
      ? localImageFact(builder.name, [builder.digest])
      : imageFact(parseReference(builder.name), { digests: [builder.digest] }),
    runImage: imageFact(parseReference(runImage.name), { digests: [runImage.digest] }),
    targets: destinations.flatMap((each) =>
      each.kind === 'registry'
        ? each.tags.map((tag) => imageFact({ kind: 'tag', repository: each.repository, tag }))
        : [],
    ),
    network: lifecycle.network,
    volumes: lifecycle.volumes.map(({ source, target }) => `${source}:${target}`),
  };
}

/** An image of the plan with what PREPARE has found out about it; nothing of that counts when it is about another image. */
function sameImage(planned: ImageFact, recorded: ImageFact | undefined): ImageFact {
  if (recorded === undefined || !isSame(planned, recorded)) return planned;
  const { digests, pinned } = recorded;
  return { ...planned, ...(digests && { digests }), ...(pinned !== undefined && { pinned }) };
}

function timeOf(planned: ImageFact, recorded: RunImageFact | undefined): Pick<RunImageFact, 'created'> {
  if (recorded?.created === undefined || !isSame(planned, recorded)) return {};
  return { created: recorded.created };
}

function isSame({ name, digests = [] }: ImageFact, recorded: ImageFact): boolean {
  return recorded.name === name && digests.every((digest) => recorded.digests?.includes(digest));
}
