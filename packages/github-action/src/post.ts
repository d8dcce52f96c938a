import type { Host } from './host.ts';
import type { ActionInputs } from './inputs.ts';
import type { ActionLog } from './log.ts';

/** What follows the job. It never fails: the job has had its result. */
export async function runPost(_inputs: ActionInputs, _host: Host, _log: ActionLog): Promise<number> {
  return Promise.resolve(0);
}
