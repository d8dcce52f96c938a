import type { CacheKey } from '../../cache/index.ts';
import { describeLayers } from '../../inspect/layers.ts';
import { describeProcesses } from '../../inspect/processes.ts';
import { optional } from '../../json/json.ts';
import { parseAppLabels } from '../../lifecycle/labels.ts';
import type { Policy } from '../../policy/index.ts';
import {
  type BuildResult,
  type BuildpackName,
  type OutputSummary,
  type PhaseTime,
  type PinnedName,
  RESULT_SCHEMA_VERSION,
} from '../../report/result.ts';
import type { BuildCaches } from '../cache/build-caches.ts';
import type { Plan } from '../plan.ts';
import type { OutputImage } from './output-image.ts';

/** What the stages before PUBLISH tell for the result. */
export interface RunFacts {
  /** For people: `docker 28.2`. */
  readonly engine: string;
  /** See `BuildResult.hermetic`. */
  readonly isHermetic: boolean;
  /** All that the image must keep. */
  readonly policies: readonly Policy[];
  readonly phases: readonly PhaseTime[];
  readonly warnings: readonly string[];
  readonly caches?: BuildCaches;
  /** Signs the layer cache. */
  readonly signKey?: CacheKey;
}

interface PublishFacts extends RunFacts {
  readonly sbom: readonly string[];
  readonly traffic: BuildResult['traffic'];
}

/** The result of a build: pure. Layers are compared by manifests and metadata, never by what a log says. */
export function describeResult(
  plan: Plan,
  { image }: OutputImage,
  outputs: readonly OutputSummary[],
  facts: PublishFacts,
): BuildResult {
  const tags = outputs.flatMap((output) => (output.kind === 'registry' ? output.references : []));
  const [first] = tags;
  const { runImage, previousImage, builder } = plan;
  return {
    schemaVersion: RESULT_SCHEMA_VERSION,
    ...(first !== undefined && { image: first }),
    digest: image.raw.digest,
    tags,
    platform: plan.platform,
    builder: pinned(builder),
    runImage: pinned(runImage),
    ...(previousImage !== undefined && { previousImage: pinned(previousImage) }),
    lifecycle: { version: builder.lifecycleVersion, platformApi: builder.platformApi },
    engine: facts.engine,
    ...(facts.isHermetic && { hermetic: true }),
    ...(facts.policies.length > 0 && { policies: facts.policies.map(pinned) }),
    ...fromLabels(image),
    ...optional('labels', plan.labels),
    ...optional('annotations', plan.annotations),
    layers: describeLayers(image, {
      runImage: runImage.layers.map((layer) => layer.diffId),
      previous: previousImage?.layers.map((layer) => layer.diffId) ?? [],
    }),
    outputs,
    sbom: { files: facts.sbom },
    phases: facts.phases,
    traffic: facts.traffic,
    ...optional('cache', facts.caches?.summary()),
    warnings: facts.warnings,
  };
}

function pinned({ name, digest }: PinnedName): PinnedName {
  return { name, digest };
}

function fromLabels({ config }: OutputImage['image']): Pick<BuildResult, 'buildpacks' | 'processes'> {
  const build = parseAppLabels(config)?.build;
  return {
    buildpacks: (build?.buildpacks ?? []).map(({ id, version, homepage }): BuildpackName => ({
      id,
      version,
      ...(homepage !== undefined && { homepage }),
    })),
    processes: describeProcesses(config, build),
  };
}
