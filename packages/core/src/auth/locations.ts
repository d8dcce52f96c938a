import { isAbsolute, join } from 'node:path';

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

/** A path of the XDG base directory specification counts only when it is absolute. */
function absolute(directory = ''): string | undefined {
  return isAbsolute(directory) ? directory : undefined;
}
