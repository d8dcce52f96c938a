import type { BuildDirectory } from '../../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../../ports.ts';
import type { BuilderImage } from '../../types.ts';
import { NOT_ROOT, type Refusal, type Rung } from '../rung.ts';
import { scriptPrograms } from '../tool-folder.ts';
import { tryOut } from '../trial.ts';
import { occupy } from './occupy.ts';
import { runOverRoot } from './run-over-root.ts';
import { TRIAL } from './scripts.ts';
import { leaveRoot, takeRoot } from './state.ts';
import { readToolImage } from './tool-image.ts';

const NEEDED =
  'Let the root file system be writable, and leave the capabilities that Docker gives by default (CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETPCAP, SETUID).';

/**
 * The builder unpacked over the files of our own tool image, for root with a container's usual rights: no namespaces, no mounts. Foreign
 * code runs as the CNB user beside our own process; what the CI put into the container is closed to it while it runs.
 */
export const OVER_ROOT: Rung = { name: 'over the root', preflight, provide, run: runOverRoot, dispose: leaveRoot };

async function preflight(ports: EnginePorts): Promise<Refusal | undefined> {
  if (ports.machine.uid !== 0) return NOT_ROOT;
  if ((await readToolImage()) === undefined) {
    return { reason: 'this is not the tool image', hint: 'Use the tool image of buildpacks-ci for the job.' };
  }
  const { shell } = scriptPrograms();
  return tryOut(
    { file: shell, args: ['-c', TRIAL, shell], failure: "the container's root can't be used", hint: NEEDED },
    ports,
  );
}

async function provide(builder: BuilderImage, _directory: BuildDirectory, ports: EnginePorts): Promise<void> {
  await takeRoot();
  await occupy(builder, ports);
}
