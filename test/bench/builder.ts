import { distributionLabels, packageLayer, SEARCH_PATH, STACK_ID } from './base.ts';
import { type Buildpack, readBuildpack } from './buildpack.ts';
import { type BuilderOptions, userOf } from './builder-options.ts';
import { builderLabels } from './builder-labels.ts';
import { builderLayers } from './builder-layers.ts';
import { debianPackages } from './debian.ts';
import { addImage, type BenchImage, finishLayout, linux } from './image.ts';
import { keptImage } from './kept-image.ts';
import { tool } from './tools.ts';

/** A builder as `pack builder create` lays it out, on Debian packages that buildpacks' scripts need. */
export async function makeBuilder(options: BuilderOptions): Promise<BenchImage> {
  const packages = await debianPackages();
  const lifecycle = options.lifecycle === 'none' ? undefined : await tool(options.lifecycle ?? 'lifecycle');
  const buildpacks: Buildpack[] = [];
  for (const directory of options.buildpacks) buildpacks.push(await readBuildpack(directory));
  const layers = [
    await packageLayer('build packages', packages.build),
    ...(await builderLayers(options, buildpacks, lifecycle)),
  ];
  const { types = 'oci', architecture, annotations, directory } = options;
  const content = {
    types,
    platform: linux(architecture),
    config: configuration(options, {
      ...distributionLabels(packages),
      ...builderLabels(options, buildpacks, lifecycle),
      ...options.labels,
    }),
    ...(annotations !== undefined && { annotations }),
  };
  return keptImage('builder', [content, layers.map(({ diffId }) => diffId)], directory, async (layout) => {
    const manifest = await addImage(layout, { ...content, layers });
    await finishLayout(layout, manifest);
    return { digest: manifest.digest, manifestDigest: manifest.digest };
  });
}

function configuration(options: BuilderOptions, labels: Readonly<Record<string, string>>): Record<string, unknown> {
  const { uid, gid } = userOf(options);
  return {
    User: `${uid}:${gid}`,
    Env: [SEARCH_PATH, `CNB_USER_ID=${uid}`, `CNB_GROUP_ID=${gid}`, `CNB_STACK_ID=${STACK_ID}`],
    WorkingDir: '/layers',
    Labels: labels,
  };
}
