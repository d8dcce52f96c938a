import type { BuildResult } from '../../packages/core/src/index.ts';
import { measureProcess, type MeasuredProcess, type ProcessOptions } from './measured-process.ts';

/** One build to be measured. */
export interface BuildTask {
  /** `registry/repository:tag`; the same in all steps of one round. */
  readonly image: string;
  readonly app: string;
  readonly builder: string;
  /** A name for the layer cache; the same in all steps of one round. */
  readonly cache: string;
}

export interface BuildMeasure {
  readonly seconds: number;
  /** Of our process, in bytes. */
  readonly peakMemory: number;
  /** What our command line tells of itself; absent for the peer. */
  readonly result?: BuildResult;
}

/** A tool, or one way of ours to run: what is compared. */
export interface Contender {
  readonly name: string;
  build(task: BuildTask): Promise<BuildMeasure>;
}

export interface OwnOptions {
  readonly name: string;
  /** The shipped file. */
  readonly program: string;
  readonly engine: 'container' | 'rootfs';
  /** Folder for layer caches. */
  readonly caches: string;
  /** Somebody else than us runs it. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Our command line as it is shipped. */
export function ownContender({ name, program, engine, caches, user }: OwnOptions): Contender {
  const options: ProcessOptions = user === undefined ? {} : { user };
  return {
    name,
    build: async ({ image, app, builder, cache }) => {
      const args = ['build', image, '--json', '--builder', builder, '--path', app, '--engine', engine];
      // In both cases the network of the machine.
      const network = engine === 'container' ? 'host' : 'default';
      const place = ['--network', network, '--cache-store', `local:${caches}/${cache}`];
      const { seconds, peakMemory, stdout } = await measureProcess(
        process.execPath,
        [program, ...args, ...place],
        options,
      );
      return { seconds, peakMemory, result: JSON.parse(stdout) as BuildResult };
    },
  };
}

/** `pack build --publish` with one container for all phases, as with a trusted builder. */
export function packContender(program: string, home: string): Contender {
  return {
    name: 'pack',
    build: async ({ image, app, builder, cache }): Promise<MeasuredProcess> => {
      const args = ['build', image, '--publish', '--builder', builder, '--path', app, '--network', 'host'];
      const trust = ['--trust-builder', '--trust-extra-buildpacks'];
      const volume = ['--cache', `type=build;format=volume;name=${cache}`];
      return measureProcess(program, [...args, ...trust, ...volume], { environment: { PACK_HOME: home, HOME: home } });
    },
  };
}
