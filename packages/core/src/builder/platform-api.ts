import { InputError } from '../errors/index.ts';
import type { Builder } from './metadata.ts';

/** The versions of the Platform API that this program drives, lowest first: those with OCI layout mode. */
export const PLATFORM_APIS = ['0.12', '0.13', '0.14', '0.15'] as const;

export type PlatformApi = (typeof PLATFORM_APIS)[number];

/**
 * The highest Platform API that both the builder's lifecycle and we speak; as pack chooses it.
 *
 * @throws InputError on `builder` naming its versions when there is none
 */
export function negotiatePlatformApi(builder: Builder): PlatformApi {
  const { platformApis, version } = builder.lifecycle;
  const common = PLATFORM_APIS.findLast((api) => platformApis.includes(api));
  if (common !== undefined) return common;
  const offered = platformApis.length === 0 ? 'none' : platformApis.join(', ');
  throw new InputError([
    {
      input: 'builder',
      message:
        `"${builder.name}" has lifecycle ${version} with Platform API ${offered}; ` +
        `${PLATFORM_APIS[0]} to ${PLATFORM_APIS.at(-1) ?? ''} are supported`,
      hint: platformApis.some(isNewer)
        ? 'Use a newer version of buildpacks-ci, or an older version of this builder.'
        : 'Use a newer version of this builder: its lifecycle must be 0.17.0 or later.',
    },
  ]);
}

/** True when `api` is `other` or later. */
export function isAtLeast(api: PlatformApi, other: PlatformApi): boolean {
  return PLATFORM_APIS.indexOf(api) >= PLATFORM_APIS.indexOf(other);
}

function isNewer(api: string): boolean {
  const [major = 0, minor = 0] = api.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = (PLATFORM_APIS.at(-1) ?? '').split('.').map(Number);
  return major > ourMajor || (major === ourMajor && minor > ourMinor);
}
