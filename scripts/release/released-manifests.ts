import { parse } from 'yaml';
import { renderArgo } from '../argo-files.ts';
import { renderStepActions, renderTekton } from '../tekton-files.ts';
import { renderImagesList } from './images-list.ts';
import { readRelease } from './release-file.ts';

/**
 * What a release has for clusters, by the names of its files: `task-buildpacks-ci.yaml`, an object each, and `images.yml`. A release has no
 * folders, so the kind is in the name.
 */
export function releasedManifests(): ReadonlyMap<string, string> {
  const manifests = [...renderTekton(), ...renderStepActions(), ...renderArgo()].map(([, text]) => text);
  return new Map([
    ...manifests.map((text) => [fileOf(parse(text) as Manifest), text] as const),
    ['images.yml', renderImagesList(readRelease())] as const,
  ]);
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function fileOf({ kind, metadata: { name } }: Manifest): string {
  return `${kind.toLowerCase()}-${name}.yaml`;
}
