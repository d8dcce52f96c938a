import { BuildpacksError } from '../../errors/index.ts';
import { asRecord, asText, parseJson } from '../../json/json.ts';
import type { Log, Outcome } from '../../ports/index.ts';
import { type ContainerClient, reasonOf } from './client.ts';

/**
 * The exit status of the container's own process, after `start` told a failure: its status alone may be the command line's.
 *
 * @param started how `start --attach` ended
 * @throws BuildpacksError `engine` when the process was never started, or did not come to its end
 */
export async function containerStatus(
  client: ContainerClient,
  name: string,
  started: Outcome,
  log: Log,
): Promise<number> {
  const { stdout } = await client.run(['container', 'inspect', '--format', '{{json .State}}', name]);
  const state = asRecord(parseJson(stdout));
  const failure = (message: string, hint: string) => new BuildpacksError('engine', message, { hint });
  if (state === undefined) {
    throw failure('the container was removed while it ran', 'See what else cleans up on the machine of the engine.');
  }
  const reason = asText(state['Error']) ?? reasonOf(started);
  if (neverStarted(state['StartedAt'])) {
    throw failure(`the container can't be started: ${reason}`, 'Check the builder, the network and the volumes.');
  }
  const status = state['ExitCode'];
  if (state['Running'] === true || typeof status !== 'number') {
    throw failure(`the connection to the container broke: ${reason}`, 'Try again.');
  }
  if (state['OOMKilled'] === true) log.warn('The build used more memory than its container may have');
  return status;
}

/** Go's zero time. */
function neverStarted(time: unknown): boolean {
  return asText(time)?.startsWith('0001-') ?? true;
}
