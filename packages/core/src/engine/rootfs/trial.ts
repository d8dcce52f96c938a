import type { Command } from '../../ports/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Refusal } from './rung.ts';
import { scriptPrograms } from './tool-folder.ts';

export interface Trial extends Pick<Command, 'file' | 'args'> {
  /** What can't be done when it fails: `private namespaces can't be made`. */
  readonly failure: string;
  readonly hint: string;
}

/** Runs something that leaves no trace; a refusal with what it said last when it fails. */
export async function tryOut(
  { file, args, failure, hint }: Trial,
  { processes }: Pick<EnginePorts, 'processes'>,
): Promise<Refusal | undefined> {
  const attempt = processes.run({ file, args, environment: scriptPrograms().environment });
  const outcome = await attempt.catch((error: unknown) => ({ status: null, stderr: String(error) }));
  if (outcome.status === 0) return undefined;
  const said = outcome.stderr.trim().split('\n').at(-1) ?? '';
  return { reason: said === '' ? failure : `${failure} (${said})`, hint };
}
