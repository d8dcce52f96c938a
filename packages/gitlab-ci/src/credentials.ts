import { type AuthFile, type RegistryToken, tokenAuth } from '@buildpacks-ci/core';

type Environment = Readonly<Record<string, string>>;

/** The ports that URLs leave out, and names of images may have. */
const DEFAULT_PORT = /:(?:443|80)$/;

/**
 * What GitLab gives to each job: the project's registry, and the dependency proxy of its groups. Asked when neither `registry-auth` nor
 * `DOCKER_AUTH_CONFIG` nor a file of Docker's has something for an image.
 *
 * @returns undefined when the job has nothing of this kind
 */
export function jobCredentials(environment: Environment): AuthFile | undefined {
  // The registry comes last: where both are one host, its token is the better one.
  const tokens = [
    ...loginOf(environment, ['CI_DEPENDENCY_PROXY_SERVER', 'CI_DEPENDENCY_PROXY_USER', 'CI_DEPENDENCY_PROXY_PASSWORD']),
    ...loginOf(environment, ['CI_REGISTRY', 'CI_REGISTRY_USER', 'CI_REGISTRY_PASSWORD']),
  ];
  return tokens.length === 0 ? undefined : tokenAuth("the job's variables", tokens);
}

/** The server is `host` or `host:port`, where 443 is written out in one place and not in another: both are the same. */
function loginOf(environment: Environment, names: readonly [string, string, string]): readonly RegistryToken[] {
  const [server = '', username = '', token = ''] = names.map((name) => environment[name] ?? '');
  if (server === '' || username === '' || token === '') return [];
  const host = server.replace(/\/.*$/, '').toLowerCase();
  const bare = host.replace(DEFAULT_PORT, '');
  const forms = /:\d+$/.test(bare) ? [host] : [bare, `${bare}:443`, host];
  return [...new Set(forms)].map((registry) => ({ registry, username, token }));
}
