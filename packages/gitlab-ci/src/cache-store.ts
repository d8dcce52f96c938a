import { type RawInputs, repositoryOf } from '@buildpacks-ci/core';

/** A name of an image without its tag, as far as it matters here: core tells what is wrong with it. */
const REPOSITORY = /^[a-z0-9][a-z0-9.:/_-]*$/;

/**
 * Where the layer cache is: where the input says, else in a registry, which works on every runner. Images of the project have theirs in
 * one repository of the project, `$CI_REGISTRY_IMAGE/cache`, apart from what is deployed. Elsewhere it is beside the image, under tags of
 * its own: many registries have no repositories within others, or none that were not made before.
 *
 * @param registryImage `CI_REGISTRY_IMAGE`; empty when the project's registry is off
 */
export function cacheStore(inputs: RawInputs, registryImage: string): RawInputs[string] {
  const { 'cache-store': given } = inputs;
  if (linesOf(given).length > 0) return given;
  const main = mainReference(inputs);
  const repository = repositoryOf(main.toLowerCase());
  if (!REPOSITORY.test(repository)) return undefined;
  const isOwn = registryImage !== '' && `${repository}/`.startsWith(`${registryImage}/`);
  return `registry:${isOwn ? `${registryImage}/cache` : repository}`;
}

/** The image, or the first full reference among its tags. */
function mainReference({ image, tags }: RawInputs): string {
  if (typeof image === 'string' && image !== '') return image;
  return linesOf(tags).find((line) => line.includes('/') && !line.startsWith('type=')) ?? '';
}

function linesOf(value: RawInputs[string]): readonly string[] {
  const lines = typeof value === 'string' ? value.split('\n') : (value ?? []);
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
