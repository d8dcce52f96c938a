import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { command, isMissingProgram } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';
import { measureProcess } from '../measured-process.ts';

/** One image to be brought from the registry into a folder. */
export interface PullTask {
  /** `registry/repository:tag` */
  readonly image: string;
  /** An empty folder; what is in it afterwards is removed by who asked. */
  readonly folder: string;
}

export interface PullMeasure {
  /** From the start of the program until a container, or a change of root, could be started in the files. */
  readonly seconds: number;
  /** Of the process with the most, in bytes; undefined where others do the work (a daemon). */
  readonly peakMemory?: number;
}

/** A way to get an image's files: what is compared. */
export interface PullContender {
  readonly name: 'ours' | 'docker pull' | 'skopeo, umoci' | 'crane, tar';
  /** It can read layers with this compression; all can read gzip. */
  readonly readsZstd: boolean;
  pull(task: PullTask): Promise<PullMeasure>;
  /** Takes away what is not in the folder. */
  forget(task: PullTask): Promise<void>;
}

const nothing = () => Promise.resolve();

/** @param file the bundled `own-program.ts` */
export function ownPull(file: string): PullContender {
  return {
    name: 'ours',
    readsZstd: true,
    pull: ({ image, folder }) => measureProcess(process.execPath, [file, image, folder]),
    forget: nothing,
  };
}

/** Debian's Docker has no zstd; newer ones do. */
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
    const layout = path.join(folder, 'layout');
    const from = ['--src-tls-verify=false', `docker://${image}`, `oci:${layout}:image`];
    const copied = await measureProcess('skopeo', ['copy', '--quiet', ...from]);
    const unpacked = await measureProcess('umoci', [
      'unpack',
      '--image',
      `${layout}:image`,
      path.join(folder, 'bundle'),
    ]);
    return {
      seconds: copied.seconds + unpacked.seconds,
      peakMemory: Math.max(copied.peakMemory, unpacked.peakMemory),
    };
  },
  forget: nothing,
};

/** crane writes the image's files as one archive; who is compared gets no whiteouts to do. */
function cranePull(file: string): PullContender {
  return {
    name: 'crane, tar',
    readsZstd: true,
    pull: async ({ image, folder }) => {
      const target = path.join(folder, 'files');
      await mkdir(target);
      const script = '"$1" export "$2" - | tar -xpf - -C "$3"';
      const { seconds } = await measureProcess('/bin/sh', ['-c', script, 'sh', file, image, target]);
      return { seconds };
    },
    forget: nothing,
  };
}

/** All that this machine has; docker, which ours is measured by, must be there. */
export async function pullContenders(own: string): Promise<readonly PullContender[]> {
  await command('docker', ['version']);
  const umoci = (await isThere('skopeo')) && (await isThere('umoci'));
  return [ownPull(own), DOCKER, ...(umoci ? [UMOCI] : []), cranePull(await program('crane'))];
}

async function isThere(file: string): Promise<boolean> {
  return command(file, ['--version']).then(
    () => true,
    (error: unknown) => {
      if (isMissingProgram(error)) return false;
      throw error;
    },
  );
}

/** An empty folder for one pull, and its removal. */
export async function withFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
