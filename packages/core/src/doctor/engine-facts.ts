import { selectEngine, type WantedEngine } from '../engine/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { Ports } from '../ports/index.ts';
import type { EngineFacts } from './report.ts';

/** Which engine a build would run in here, or why there is none. */
export async function describeEngine(wanted: WantedEngine, ports: Ports): Promise<EngineFacts> {
  try {
    const engine = await selectEngine(wanted, ports);
    await engine.dispose();
    return { kind: engine.kind, description: engine.description };
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code !== 'engine') throw error;
    return { kind: 'none', description: error.message, ...optional('hint', error.hint) };
  }
}
