import { BuildpacksError } from '../errors/index.ts';
import { detectContainerEngine } from './container/index.ts';
import type { EnginePorts } from './ports.ts';
import { rootfsAvailable, rootfsEngine } from './rootfs/index.ts';
import type { Engine } from './types.ts';

/** `auto` takes a container engine that answers, else the rootfs engine. */
export type WantedEngine = 'auto' | 'container' | 'rootfs';

/**
 * Finds an engine that works on this machine.
 *
 * @throws BuildpacksError `engine` saying what was tried, what is missing and what would help
 */
export async function selectEngine(wanted: WantedEngine, ports: EnginePorts): Promise<Engine> {
  if (wanted !== 'rootfs') {
    const engine = await detectContainerEngine(ports);
    if (engine !== undefined) return engine;
    if (wanted === 'container') throw noContainerEngine();
  }
  const found = await rootfsAvailable(ports);
  if (found.ok) return rootfsEngine(found, ports);
  const { reason, hint } = found;
  if (wanted === 'rootfs')
    throw new BuildpacksError('engine', `the rootfs engine can't be used here: ${reason}`, {
      hint: `${hint} Or, where Docker or Podman is: engine "container".`,
    });
  throw new BuildpacksError(
    'engine',
    `nothing here can run a build: neither docker nor podman answers, and the rootfs engine can't be used: ${reason}`,
    { hint: `Start Docker or Podman, or for the rootfs engine: ${hint}` },
  );
}

function noContainerEngine(): BuildpacksError {
  return new BuildpacksError('engine', 'neither docker nor podman answers', {
    hint: 'See whether "docker info" or "podman info" works in the same shell, or use engine "rootfs" (needs root). More with log-level debug.',
  });
}
