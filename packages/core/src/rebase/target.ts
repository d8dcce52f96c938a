import { asStrings, asText, optional, parseJson } from '../json/json.ts';
import type { ImageConfig, Platform } from '../image/manifest.ts';

const TARGET_LABEL = {
  distributionName: 'io.buildpacks.base.distro.name',
  distributionVersion: 'io.buildpacks.base.distro.version',
  baseId: 'io.buildpacks.base.id',
  stackId: 'io.buildpacks.stack.id',
  mixins: 'io.buildpacks.stack.mixins',
} as const;

/** What an image runs on, or what it offers to run on (platform specification, targets and stacks). */
export interface Target {
  readonly platform: Platform;
  /** Present when a label states its name or its version, if only as empty text. */
  readonly distribution?: { readonly name: string; readonly version: string };
  readonly baseId?: string;
  readonly stackId?: string;
  /** Without `build:` and `run:`. */
  readonly mixins: readonly string[];
}

export function targetOf({ os, architecture, variant, config: { Labels: labels } }: ImageConfig): Target {
  const own = (label: string) => (Object.hasOwn(labels, label) ? labels[label] : undefined);
  const [name, version] = [own(TARGET_LABEL.distributionName), own(TARGET_LABEL.distributionVersion)];
  const stated = name !== undefined || version !== undefined;
  return {
    platform: { os, architecture, ...optional('variant', variant) },
    ...(stated && { distribution: { name: name ?? '', version: version ?? '' } }),
    ...optional('baseId', asText(own(TARGET_LABEL.baseId))),
    ...optional('stackId', asText(own(TARGET_LABEL.stackId))),
    mixins: asStrings(parseJson(own(TARGET_LABEL.mixins) ?? '')).map((mixin) => mixin.replace(/^(?:build|run):/, '')),
  };
}

/** `ubuntu 24.04`, for people. */
export function formatDistribution({ distribution }: Target): string {
  return distribution === undefined ? 'no distribution' : `${distribution.name} ${distribution.version}`.trim();
}
