import { isAbsolute, join, resolve } from 'node:path';
import { isBelow } from '../files/file-kind.ts';
import type { Machine } from '../ports/index.ts';

/** A file that may hold credentials. */
export interface Location {
  readonly file: string;
  /** The variable that names it: the user then wants it read. Absent: a default place. */
  readonly variable?: string;
}

/** Docker's own name for it, and the key of Kubernetes' Secrets, under which a Secret is mounted that nobody has renamed it in. */
const DOCKER_FILES = ['config.json', '.dockerconfigjson'] as const;

/**
 * Where Docker and Podman keep credentials, in the order in which they are asked (containers-auth.json(5), then docker's
 * `config.json`).
 */
export function authFileLocations(environment: Readonly<Record<string, string>>, home: string): readonly Location[] {
  const named = environment['REGISTRY_AUTH_FILE'];
  const runtime = absolute(environment['XDG_RUNTIME_DIR']);
  const config = absolute(environment['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const docker = environment['DOCKER_CONFIG'];
  return [
    ...(named ? [{ file: named, variable: 'REGISTRY_AUTH_FILE' }] : []),
    ...(runtime ? [{ file: join(runtime, 'containers', 'auth.json') }] : []),
    { file: join(config, 'containers', 'auth.json') },
    ...(docker
      ? DOCKER_FILES.map((name) => ({ file: join(docker, name), variable: 'DOCKER_CONFIG' }))
      : [{ file: join(home, '.docker', DOCKER_FILES[0]) }]),
  ];
}

/**
 * What holds logins of whoever runs this: the files that may, and Docker's folder, where helpers and contexts keep theirs. What is in the
 * working directory is left out, where a job has put it among the app's files, and so is a folder that holds the working directory.
 *
 * @returns absolute paths, of what exists and what does not
 */
export function loginPlaces(
  environment: Readonly<Record<string, string>>,
  { home, workingDirectory }: Pick<Machine, 'home' | 'workingDirectory'>,
): readonly string[] {
  const folder = environment['DOCKER_CONFIG'] || join(home, '.docker');
  const files = authFileLocations(environment, home).map(({ file }) => file);
  return [folder, ...files]
    .map((place) => resolve(workingDirectory, place))
    .filter((place) => !isBelow(place, workingDirectory) && !isBelow(workingDirectory, place));
}

/** A path of the XDG base directory specification counts only when it is absolute. */
function absolute(directory = ''): string | undefined {
  return isAbsolute(directory) ? directory : undefined;
}
