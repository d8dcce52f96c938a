import { BuildpacksError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import type { RestoreOutcome } from '../restore/restore.ts';
import type { ParentCache } from './plan.ts';

/** What the save of the same build goes by. What only the network or this machine had prevented counts as stored. */
export function parentOf(outcome: RestoreOutcome): ParentCache | undefined {
  if (outcome.kind === 'miss') return undefined;
  const { index, digest, signer, badPacks, lost } = outcome;
  const bad = [...lost].filter(([, reason]) => reason instanceof BuildpacksError && reason.code === 'image');
  const badLayers = new Set(bad.map(([layer]) => layer));
  return { index, digest, ...optional('signer', signer), badPacks, badLayers };
}
