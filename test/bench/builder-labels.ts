import { asRecord, asText, optional } from '../../packages/core/src/json/json.ts';
import { type Buildpack, layersLabelEntry } from './buildpack.ts';
import { type BuilderOptions, orderOf, resolved } from './builder-options.ts';
import type { Tool } from './tools.ts';

/** What lifecycles 0.21 can do (their `api/apis.go`). */
const PLATFORM_APIS = ['0.7', '0.8', '0.9', '0.10', '0.11', '0.12', '0.13', '0.14', '0.15'];
const BUILDPACK_APIS = ['0.7', '0.8', '0.9', '0.10', '0.11', '0.12'];

/** The labels that pack writes on a builder (pack, `internal/builder`; platform specification, "Builder"). */
export function builderLabels(
  options: BuilderOptions,
  buildpacks: readonly Buildpack[],
  lifecycle: Tool | undefined,
): Readonly<Record<string, string>> {
  const { pre = [], post = [] } = options.system ?? {};
  const system = {
    pre: { buildpacks: resolved(pre, buildpacks) },
    post: { buildpacks: resolved(post, buildpacks) },
  };
  const labels = {
    'io.buildpacks.builder.metadata': metadata(options, buildpacks, lifecycle),
    'io.buildpacks.buildpack.layers': layers(buildpacks),
    'io.buildpacks.buildpack.order': orderOf(options, buildpacks).map((group) => ({ group })),
    'io.buildpacks.stack.mixins': null,
    ...(options.system !== undefined && { 'io.buildpacks.buildpack.system': system }),
  };
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, JSON.stringify(value)]));
}

function metadata(options: BuilderOptions, buildpacks: readonly Buildpack[], lifecycle: Tool | undefined): object {
  const runImage = { image: options.runImage, mirrors: options.mirrors ?? [] };
  return {
    description: 'Builder of the test bench',
    buildpacks: buildpacks.map(({ id, version, descriptor }) => {
      const { homepage, name } = asRecord(descriptor['buildpack']) ?? {};
      return { id, version, ...optional('homepage', asText(homepage)), ...optional('name', asText(name)) };
    }),
    extensions: null,
    stack: { runImage },
    lifecycle: lifecycle === undefined ? {} : lifecycleMetadata(lifecycle, options.platformApis ?? PLATFORM_APIS),
    createdBy: { name: 'buildpacks-ci bench', version: '1' },
    images: [runImage],
  };
}

function lifecycleMetadata({ version }: Tool, platformApis: readonly string[]): object {
  return {
    version,
    api: { buildpack: BUILDPACK_APIS[0], platform: platformApis[0] },
    apis: {
      buildpack: { deprecated: [], supported: BUILDPACK_APIS },
      platform: { deprecated: [], supported: platformApis },
    },
  };
}

/** By id, then by version: a builder may have several versions of one buildpack. */
function layers(buildpacks: readonly Buildpack[]): object {
  const byId = new Map<string, Record<string, unknown>>();
  for (const buildpack of buildpacks) {
    byId.set(buildpack.id, { ...byId.get(buildpack.id), [buildpack.version]: layersLabelEntry(buildpack) });
  }
  return Object.fromEntries(byId);
}
