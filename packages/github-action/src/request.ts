import {
  type BuildRequest,
  type CiFacts,
  collectProblems,
  type ConnectionInputs,
  loginPlaces,
  parseInputs,
  tokenAuth,
} from '@buildpacks-ci/core';
import { childEnvironment, type Host } from './host.ts';
import { type ActionInputs, requireCheckout } from './inputs.ts';

/**
 * All inputs of a build.
 *
 * @throws InputError with every problem there is
 */
export function readBuildRequest(inputs: ActionInputs, facts: CiFacts, host: Host): BuildRequest {
  const { environment, machine, clock } = host;
  requireCheckout(inputs.core, machine.workingDirectory);
  const request = collectProblems(inputs.problems, () =>
    parseInputs(inputs.core, {
      // What `env` names alone is taken from here.
      environment: childEnvironment(environment),
      workingDirectory: machine.workingDirectory,
      now: clock.now(),
      architecture: machine.architecture,
      facts,
      cacheStores: ['github'],
      ownPlaces: loginPlaces(environment, machine),
    }),
  );
  return { ...request, connection: withToken(request.connection, inputs.githubToken, environment) };
}

/** The job's token is for GitHub's own registry, and github.com's only: a GitHub Enterprise Server's is none of ghcr.io's business. */
export function withToken(
  connection: ConnectionInputs,
  token: string,
  { GITHUB_SERVER_URL, GITHUB_ACTOR = '' }: Host['environment'],
): ConnectionInputs {
  if (token === '' || GITHUB_SERVER_URL !== 'https://github.com') return connection;
  // Whom the token is for is in the token; the name is free.
  const username = GITHUB_ACTOR === '' ? 'github' : GITHUB_ACTOR;
  return { ...connection, fallbackAuth: tokenAuth('github-token', [{ registry: 'ghcr.io', username, token }]) };
}
