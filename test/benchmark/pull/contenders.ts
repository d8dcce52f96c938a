import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';
import { measureProcess } from '../measured-process.ts';

/** One image to be brought from the registry into a folder. */
export interface PullTask {
  /** `registry/repository:tag` */
  readonly image: string;
  /** Empty. */
  readonly folder: string;
}

export interface PullMeasure {
  /** From the start of the program until a container, or a change of root, could be started in the files. */
  readonly seconds: number;
  /** The most that one process of it had, in bytes; undefined where a daemon does the work. */
  readonly peakMemory?: number;
}

/** A way to get an image's files: what is compared. */
export interface PullContender {
  readonly name: 'ours' | 'docker pull' | 'skopeo, umoci' | 'crane, tar';
  /** Whether the versions of it that Debian has can read layers with this compression; all can read gzip. */
  readonly readsZstd: boolean;
  pull(task: PullTask): Promise<PullMeasure>;
  /** Takes away what is not in the folder, so that the next pull fetches everything again. */
  forget?(task: PullTask): Promise<void>;
}

/** @param own the bundled `own-program.ts` */
export async function pullContenders(own: string): Promise<readonly [ours: PullContender, ...peers: PullContender[]]> {
  return [ownPull(own), DOCKER, UMOCI, cranePull(await program('crane'))];
}

function ownPull(file: string): PullContender {
  return {
    name: 'ours',
    readsZstd: true,
    pull: ({ image, folder }) => measureProcess(process.execPath, [file, image, folder]),
  };
}

const DOCKER: PullContender = {
  name: 'docker pull',
  readsZstd: false,
  pull: async ({ image }) => ({ seconds: (await measureProcess('docker', ['pull', '--quiet', image])).seconds }),
  forget: async ({ image }) => {
    await command('docker', ['image', 'rm', '--force', image]);
  },
};

const UMOCI: PullContender = {
  name: 'skopeo, umoci',
  readsZstd: false,
  pull: async ({ image, folder }) => {
    const layout = `${path.join(folder, 'layout')}:image`;
    const copy = ['copy', '--quiet', '--src-tls-verify=false', `docker://${image}`, `oci:${layout}`];
    const copied = await measureProcess('skopeo', copy);
    const unpacked = await measureProcess('umoci', ['unpack', '--image', layout, path.join(folder, 'bundle')]);
    return {
      seconds: copied.seconds + unpacked.seconds,
      peakMemory: Math.max(copied.peakMemory, unpacked.peakMemory),
    };
  },
};

/** crane flattens the image to one archive on the way. */
function cranePull(file: string): PullContender {
  const script = '"$1" export "$2" - | tar -xpf - -C "$3"';
  return {
    name: 'crane, tar',
    readsZstd: true,
    pull: async ({ image, folder }) => {
      const target = path.join(folder, 'files');
      await mkdir(target);
      return { seconds: (await measureProcess('/bin/sh', ['-c', script, 'sh', file, image, target])).seconds };
    },
  };
}
