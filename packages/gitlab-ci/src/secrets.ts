type Environment = Readonly<Record<string, string>>;

/** Names that GitLab has for tokens, now and before: `CI_JOB_TOKEN`, `CI_REGISTRY_PASSWORD`, `CI_JOB_JWT_V2`, …. */
const TOKEN_NAME = /^CI_(?:\w+_)?(?:TOKEN|PASSWORD|JWT(?:_V\d)?)$/;
/** Addresses of the repository with a token in them. */
const REPOSITORY_NAME = /^CI_(?:REPOSITORY_URL|BUILD_REPO)$/;
const INPUT_NAME = /^BUILDPACKS_CI_/;
/** How people name what is secret. */
const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS)$/i;
/** What `id_tokens:` puts into variables of any name. */
const JSON_WEB_TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** A shorter value may be part of anything. */
const SHORTEST = 8;

/** Whether a variable is the job's own credential, or an input: buildpacks never get it by its name. */
export function isWithheld(name: string): boolean {
  return TOKEN_NAME.test(name) || REPOSITORY_NAME.test(name) || INPUT_NAME.test(name);
}

/**
 * Values that the job's log must not show. GitLab masks those variables of which somebody has said so, as they are: it knows neither
 * their base64 nor what can't be masked, such as a value with several lines. What is named like a secret is taken for one.
 */
export function secretsOf(environment: Environment): readonly string[] {
  const named = Object.entries(environment).flatMap(([name, value]) =>
    JSON_WEB_TOKEN.test(value) || (SECRET_NAME.test(name) && isLikelySecret(value)) ? [value] : [],
  );
  return [...new Set([...tokensOf(environment), ...named])].filter((value) => value !== '');
}

/** Neither short nor the path of a file, which a variable of the type "file" holds. */
function isLikelySecret(value: string): boolean {
  return value.length >= SHORTEST && !value.startsWith('/');
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
