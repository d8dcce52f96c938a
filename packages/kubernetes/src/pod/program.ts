import { BUILD_SCRIPT, TOOL_FOLDER } from '@buildpacks-ci/core';
import type { YamlMapping } from '../yaml-value.ts';
import { BUILT, PREPARED, type Place, SCRATCH } from './places.ts';

const PROGRAM = `${TOOL_FOLDER}/bin/buildpacks-ci`;

/** By their paths: nobody looks an entry point up in a registry, and no PATH decides. */
export const COMMANDS = {
  prepare: [PROGRAM, 'prepare'],
  build: ['/bin/sh', '-c', BUILD_SCRIPT],
  publish: [PROGRAM, 'publish'],
  rebase: [PROGRAM, 'rebase'],
} as const;

/** A digest is there already or it never comes again; asking the registry each time fails where it can't be reached. */
export const IMAGE_PULL: YamlMapping = { imagePullPolicy: 'IfNotPresent' };

/** What the script in the container of the builder is told; it gets nothing else. */
export const BUILD_ENVIRONMENT: readonly YamlMapping[] = [
  { name: 'BUILDPACKS_CI_PREPARED', value: PREPARED.folder },
  { name: 'BUILDPACKS_CI_BUILT', value: BUILT.mount },
];

/** What the builder asks of a node where nobody says more. */
export const BUILD_RESOURCES: YamlMapping = { requests: { cpu: '500m', memory: '512Mi' } };

/** What the containers share. */
export const SHARED_VOLUMES: readonly YamlMapping[] = [PREPARED, BUILT, SCRATCH].map(emptyVolume);

/** Who may write where. */
export const MOUNTS = {
  prepare: [mount(PREPARED), mount(SCRATCH)],
  build: [readOnlyMount(PREPARED), mount(BUILT)],
  publish: [readOnlyMount(PREPARED), readOnlyMount(BUILT), mount(SCRATCH)],
} as const;

export function emptyVolume({ volume }: Place): YamlMapping {
  return { name: volume, emptyDir: {} };
}

/** Of a container. */
export type VolumeMount = Readonly<{ name: string; mountPath: string; readOnly?: true }>;

export function mount({ volume, mount: mountPath }: Place): VolumeMount {
  return { name: volume, mountPath };
}

export function readOnlyMount(place: Place): VolumeMount {
  return { ...mount(place), readOnly: true };
}
