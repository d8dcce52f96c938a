import type { ResolvedBuilder } from '../build/prepare/builder.ts';
import { pullObstacle } from '../build/prepare/pull-obstacle.ts';
import { type RelayPlace, selectEngine } from '../engine/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import type { Ports } from '../ports/index.ts';
import type { EngineFacts } from './report.ts';

export interface FoundEngine {
  readonly facts: EngineFacts;
  /** Where a relay for buildpacks would listen; absent where there is no engine, or no network. */
  readonly relayPlace?: RelayPlace;
}

/** Which engine a build would run in here, or why there is none. */
export async function describeEngine({ engine: wanted, network }: BuildRequest, ports: Ports): Promise<FoundEngine> {
  try {
    const engine = await selectEngine(wanted, ports);
    const relayPlace = network === 'none' ? undefined : await engine.relayPlace(network);
    await engine.dispose();
    const { kind, description, because } = engine;
    return { facts: { kind, description, ...optional('because', because) }, ...optional('relayPlace', relayPlace) };
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code !== 'engine') throw error;
    return { facts: { kind: 'none', description: error.message, ...optional('hint', error.hint) } };
  }
}

/** Who gets the builder onto this machine: a container engine itself, unless what it would need is known to us alone. */
export function builderOrigin(
  { builder: source, connection }: BuildRequest,
  { kind }: EngineFacts,
  builder: ResolvedBuilder | undefined,
): Pick<EngineFacts, 'builderFrom'> {
  if (kind !== 'container' || source?.kind !== 'registry' || builder === undefined) return {};
  const because = pullObstacle(source.reference.repository, builder.provided.image, connection);
  return { builderFrom: because === undefined ? { by: 'engine' } : { by: 'us', because } };
}
