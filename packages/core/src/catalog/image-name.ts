import { inputError } from '../errors/problems.ts';
import { type ImageReference, parseReference } from '../reference/index.ts';
import { parsePrefix, type RepositoryPrefix } from '../registry/index.ts';

/** What other commands take for images of this machine; Docker Hub would be asked for `oci`. */
const LOCAL = /^(?:oci|oci-archive|docker-archive):|^docker:\/\//;

/**
 * Reads the name of an image, for work that is done on registries only.
 *
 * @param input the input's name, for the error
 * @throws InputError quoting the text
 */
export function parseRegistryImage(text: string, input = 'image'): ImageReference {
  requireOnRegistry(text, input);
  if (text.endsWith('/')) {
    const hint = 'All images below a place are found by "rebase --all PLACE" and "fleet PLACE".';
    throw inputError(input, `"${text}" is a place, not an image`, hint);
  }
  return parseReference(text, input);
}

/**
 * Reads the place of several images, `registry[/path]`.
 *
 * @throws InputError quoting the text
 */
export function parsePlace(text: string, input: string): RepositoryPrefix {
  requireOnRegistry(text, input);
  return parsePrefix(text, input);
}

function requireOnRegistry(text: string, input: string): void {
  const [form] = LOCAL.exec(text) ?? [];
  if (form === undefined) return;
  const hint = form.endsWith('//')
    ? `What is on a registry is named without "${form}"; what is in an engine's store must be pushed before.`
    : `Push it before. A repository of Docker Hub with such a name is docker.io/library/${form.slice(0, -1)}.`;
  throw inputError(input, `"${text}" is on this machine, and only registries are looked at`, hint);
}
