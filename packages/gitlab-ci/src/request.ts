import {
  type BuildRequest,
  collectProblems,
  type ConnectionInputs,
  loginPlaces,
  optional,
  parseInputs,
} from '@buildpacks-ci/core';
import type { Job } from './command.ts';
import { jobCredentials } from './credentials.ts';
import type { Host } from './host.ts';
import { imageProblems } from './inputs.ts';
import { isWithheld } from './secrets.ts';

/**
 * All inputs of a build.
 *
 * @throws InputError with every problem there is
 */
export function readBuildRequest({ inputs, facts, host }: Pick<Job, 'inputs' | 'facts' | 'host'>): BuildRequest {
  const { environment, machine, clock } = host;
  const missing = imageProblems(inputs);
  const request = collectProblems([...inputs.problems, ...missing], () =>
    parseInputs(inputs.core, {
      environment,
      withheld: isWithheld,
      workingDirectory: machine.workingDirectory,
      now: clock.now(),
      architecture: machine.architecture,
      facts,
      ownPlaces: loginPlaces(environment, machine),
      nameless: missing.length > 0,
    }),
  );
  return { ...request, connection: withJobServer(request.connection, host) };
}

/**
 * What GitLab gives to the job is asked last. In a closed network its server is within, since the job comes from there: it gives the tokens
 * for its registry.
 */
export function withJobServer({ offline, ...connection }: ConnectionInputs, { environment }: Host): ConnectionInputs {
  const fallbackAuth = jobCredentials(environment);
  const { CI_SERVER_HOST: server = '' } = environment;
  const hosts = [...(offline?.hosts ?? []), ...(server === '' ? [] : [server])];
  return { ...connection, ...optional('fallbackAuth', fallbackAuth), ...optional('offline', offline && { hosts }) };
}
