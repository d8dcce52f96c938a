import { detectContainerEngine } from '../../engine/container/index.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { Image } from '../../image/source.ts';
import type { Ports } from '../../ports/index.ts';
import type { OutputSummary } from '../../report/result.ts';
import type { Destination } from '../plan.ts';

type EngineDestination = Extract<Destination, { kind: 'engine' }>;

/**
 * Puts the whole image into the store of Docker or Podman, under every name that was asked for.
 *
 * @throws BuildpacksError `engine` when none answers
 */
export async function loadOutput(image: Image, destination: EngineDestination, ports: Ports): Promise<OutputSummary> {
  const wanted = destination.engine === 'auto' ? undefined : destination.engine;
  const engine = await detectContainerEngine(ports, wanted);
  if (engine === undefined) {
    throw new BuildpacksError(
      'engine',
      `the image can't be loaded: ${wanted ?? 'no container engine'} does not answer`,
      {
        hint: 'Start the engine, or use output: oci-archive:FILE and load that file where the engine is.',
      },
    );
  }
  await engine.load(image, destination.names, ports.signal);
  return { kind: 'engine', engine: engine.description, references: destination.names };
}
