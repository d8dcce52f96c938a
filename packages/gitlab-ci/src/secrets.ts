/** What GitLab gives to every job and nobody else may have. */
type Environment = Readonly<Record<string, string>>;

/** Names that GitLab has for tokens, now and before: `CI_JOB_TOKEN`, `CI_REGISTRY_PASSWORD`, `CI_JOB_JWT_V2`, …. */
const TOKEN_NAME = /^CI_(?:\w+_)?(?:TOKEN|PASSWORD|JWT(?:_V\d)?)$/;
/** Addresses of the repository with a token in them. */
const REPOSITORY_NAME = /^CI_(?:REPOSITORY_URL|BUILD_REPO)$/;
const INPUT_NAME = /^BUILDPACKS_CI_/;
/** Inputs that are secret as a whole; in others core finds what is. */
const SECRET_INPUT = /^BUILDPACKS_CI_CACHE_SIGN_KEY$/;
/** What `id_tokens:` puts into variables of any name. */
const JSON_WEB_TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** A shorter value may be part of anything. */
const SHORTEST = 8;

/** Whether a variable is the job's own credential, or an input: buildpacks never get it by its name. */
export function isWithheld(name: string): boolean {
  return TOKEN_NAME.test(name) || REPOSITORY_NAME.test(name) || INPUT_NAME.test(name);
}

/** Values that the job's log must not show. GitLab masks some of them, but not in files and not when they are encoded. */
export function secretsOf(environment: Environment): readonly string[] {
  const identities = Object.values(environment).filter((value) => JSON_WEB_TOKEN.test(value));
  const inputs = Object.entries(environment).flatMap(([name, value]) => (SECRET_INPUT.test(name) ? [value] : []));
  return [...new Set([...tokensOf(environment), ...identities, ...inputs])].filter((value) => value !== '');
}

/**
 * What the programs that we start may see: neither our inputs nor the job's tokens, under whatever name a job has them as well. With
 * `DOCKER_AUTH_CONFIG` the user lends credentials to container engines, so it stays.
 */
export function childEnvironment(environment: Environment): Environment {
  const tokens = tokensOf(environment).filter((token) => token.length >= SHORTEST);
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => {
      if (name === 'DOCKER_AUTH_CONFIG') return true;
      return !isWithheld(name) && !tokens.some((token) => value.includes(token));
    }),
  );
}

function tokensOf(environment: Environment): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (TOKEN_NAME.test(name)) return [value];
    if (!REPOSITORY_NAME.test(name) || !URL.canParse(value)) return [];
    const { password } = new URL(value);
    return password === '' ? [] : [password];
  });
}
