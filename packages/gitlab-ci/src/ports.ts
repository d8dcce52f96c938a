import { type ConnectionInputs, createNetwork, type Ports } from '@buildpacks-ci/core';
import type { Job } from './command.ts';
import { childEnvironment } from './secrets.ts';

/** The runner's own setting: a file with the authority of the GitLab instance, and of its registry as a rule. */
const CERTIFICATE_VARIABLES = ['CI_SERVER_TLS_CA_FILE'];

/**
 * Does the work with the ports of this host. Core gives its environment to engines and credential helpers, so it has what these may see.
 * The network is closed afterwards, so that the process can end.
 */
export async function withPorts<T>(
  { host, log }: Pick<Job, 'host' | 'log'>,
  connection: ConnectionInputs,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { environment, machine, clock, processes, signal } = host;
  const network = createNetwork({
    inputs: connection,
    environment,
    certificateVariables: CERTIFICATE_VARIABLES,
    home: machine.home,
    clock,
    log,
    signal,
  });
  try {
    const ports = { processes, network, log, clock, environment: childEnvironment(environment), machine, signal };
    const outcome = await work(ports);
    log.endPhase();
    return outcome;
  } finally {
    await network.close();
  }
}
