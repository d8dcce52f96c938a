import type { BuildRequest } from '../../inputs/request.ts';

/**
 * Keeps tools from asking for what nobody has told them to fetch: the metadata of a cloud (credentials), updates of themselves, reports on
 * how they are used, advice on dependencies. None changes what is built.
 */
const ASK_FOR_NOTHING: Readonly<Record<string, string>> = {
  // Amazon's SDKs; Google's libraries for Python and Java, and for Node.js.
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_GCE_CHECK: 'true',
  METADATA_SERVER_DETECTION: 'none',
  // npm, and the many programs with its module update-notifier.
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  NPM_CONFIG_AUDIT: 'false',
  NO_UPDATE_NOTIFIER: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  // HashiCorp's programs, Prisma.
  CHECKPOINT_DISABLE: '1',
  DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE: 'true',
  DOTNET_CLI_TELEMETRY_OPTOUT: 'true',
  NEXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

/** Where there is no network a second try only waits: npm's take more than half a minute. */
const TRY_ONCE: Readonly<Record<string, string>> = {
  NPM_CONFIG_FETCH_RETRIES: '0',
  PIP_RETRIES: '0',
  UV_HTTP_RETRIES: '0',
  BUNDLE_RETRY: '0',
  CARGO_NET_RETRY: '0',
};

/**
 * Variables by which tools of buildpacks fail soon in a closed network, instead of waiting for who can't answer. Nothing that an internal
 * mirror makes possible is switched off.
 *
 * @param taken names that the user or the builder image sets, in whatever letter case
 */
export function closedNetworkVariables(
  { connection, network }: Pick<BuildRequest, 'connection' | 'network'>,
  taken: readonly string[],
): Readonly<Record<string, string>> {
  const none = network === 'none';
  const all = {
    ...(none || connection.offline !== undefined ? ASK_FOR_NOTHING : {}),
    ...(none ? TRY_ONCE : {}),
  };
  const theirs = new Set(taken.map((name) => name.toUpperCase()));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !theirs.has(name)));
}
