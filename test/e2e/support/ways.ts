import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requiresDocker, requiresRoot } from '../../support/requires.ts';
import { ROOT } from '../../bench/cache.ts';
import type { CliOptions } from './cli.ts';

/** One way in which foreign code is run; what holds must hold in each. */
export interface Way {
  readonly title: string;
  readonly engine: 'container' | 'rootfs';
  /** Whom the command line runs as; absent: the tests' own user. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** In a container of the tool image, with what `docker run` gets besides. */
  readonly container?: readonly string[];
  /** Volumes can't be mounted. */
  readonly hasNoVolumes?: true;
}

/** In the tool image without rights: what GitLab, Kubernetes and `docker run` give a container by themselves, and what many Pods have. */
const IN_TOOL_IMAGE: readonly Way[] = [
  { title: 'over-the-root', engine: 'rootfs', container: [], hasNoVolumes: true },
  { title: 'user-namespace', engine: 'rootfs', container: ['--security-opt', 'seccomp=unconfined'] },
];

const DOCKER_SOCKET = '/var/run/docker.sock';

/** Somebody who is not root and may use Docker: the build's files are then copied, and not mounted. */
function dockerUser(): Way['user'] {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: 12_345, gid: statSync(DOCKER_SOCKET, { throwIfNoEntry: false })?.gid ?? 0 };
}

/** Declares tests once for each way in which this machine runs a build. */
export function inEveryWay(title: string, tests: (way: Way) => void): void {
  const user = dockerUser();
  requiresRoot(`${title}, rootfs`, () => {
    tests({ title: 'rootfs', engine: 'rootfs' });
  });
  requiresRoot(`${title}, container with mounted files`, () => {
    requiresDocker('through docker', () => {
      tests({ title: 'container-mounted', engine: 'container' });
    });
  });
  requiresDocker(`${title}, container with copied files`, () => {
    tests({ title: 'container-copied', engine: 'container', ...(user !== undefined && { user }) });
  });
}

/** Declares tests once for each way in which a job in the tool image runs a build. They take longer: for what depends on the way. */
export function inToolImage(title: string, tests: (way: Way) => void): void {
  for (const way of IN_TOOL_IMAGE) {
    requiresDocker(`${title}, rootfs in the tool image: ${way.title}`, () => {
      tests(way);
    });
  }
}

/** Directories of its own for one run of the command line, so that what it leaves behind can be seen. */
export interface Place {
  readonly root: string;
  readonly home: string;
  /** TMPDIR. */
  readonly temporary: string;
  /** For files of the test that the command line's user may change. */
  readonly scratch: string;
  readonly options: CliOptions;
  remove(): Promise<void>;
}

/** A place for the user of this way, and how the command line is started there. */
export async function newPlace({ user, container }: Way): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'e2e-place-'));
  const [home, temporary, scratch] = ['home', 'tmp', 'scratch'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [home, temporary, scratch]) await mkdir(folder);
  if (user !== undefined)
    for (const folder of [root, home, temporary, scratch]) await chown(folder, user.uid, user.gid);
  return {
    root,
    home,
    temporary,
    scratch,
    options: {
      environment: { HOME: home, XDG_CACHE_HOME: path.join(home, '.cache'), TMPDIR: temporary },
      ...(user !== undefined && {
        launcher: ['setpriv', '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups', '--'],
      }),
      ...(container !== undefined && { container: [...container, ...mountsOf(root)] }),
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The container shares our network, and sees the place and the checkout under the names that they have here. */
function mountsOf(place: string): readonly string[] {
  return ['--network', 'host', '--volume', `${place}:${place}`, '--volume', `${ROOT}:${ROOT}:ro`];
}
