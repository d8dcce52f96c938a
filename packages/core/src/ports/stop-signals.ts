import { BuildpacksError } from '../errors/index.ts';
import type { Clock } from './clock.ts';

/** How long a build may take to clean up before another SIGINT ends it, in milliseconds. */
const PATIENCE = 3_000;

/**
 * A signal that SIGINT and SIGTERM of a process abort. The first one asks for an orderly end; a SIGINT long after it is a person who does
 * not want to wait. One soon after it is the same one again: npm and others pass on what the terminal has sent to the whole group.
 */
export function abortOnSignals(node: NodeJS.Process, clock: Pick<Clock, 'now'>): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    const now = clock.now();
    if (since !== undefined && name === 'SIGINT' && now - since > PATIENCE) node.exit(130);
    since ??= now;
    controller.abort(new BuildpacksError('cancelled', `stopped by ${name}`));
  };
  node.on('SIGINT', stop);
  node.on('SIGTERM', stop);
  return controller.signal;
}
