import type { Architecture } from './architecture.ts';
import { TIME, TOOL } from './places.ts';

const SOURCE = 'https://github.com/buildpacks-ci/buildpacks-ci';
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One layer, as a configuration tells of it. */
export interface DescribedLayer {
  readonly diffId: string;
  readonly createdBy: string;
}

/** What decides the descriptions. */
export interface Described {
  readonly version: string;
  /** Of all that is in the image, as an SPDX expression. */
  readonly licences: string;
}

/** What people and registries read, as labels and as annotations. Never the commit: a tag must give the digest of its pull request. */
export function descriptions({ version, licences }: Described): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({
      description: 'Builds images with Cloud Native Buildpacks in any CI, without a container engine',
      documentation: `${SOURCE}/blob/v${version}/image/README.md`,
      licenses: licences,
      source: SOURCE,
      title: 'buildpacks-ci',
      url: SOURCE,
      vendor: 'buildpacks-ci',
      version,
    }).map(([name, value]) => [`org.opencontainers.image.${name}`, value]),
  );
}

/**
 * The image's configuration (OCI image specification, config.md). No entry point, since GitLab, CircleCI and Jenkins start a shell or `cat`;
 * no user, since each of them decides on one.
 */
export function configuration(
  architecture: Architecture,
  described: Described,
  layers: readonly DescribedLayer[],
): object {
  return {
    architecture,
    os: 'linux',
    created: TIME.text,
    config: {
      Cmd: ['buildpacks-ci', '--help'],
      Env: [
        `PATH=/${TOOL.programs}:${DEFAULT_PATH}`,
        `SSL_CERT_FILE=/${TOOL.certificates}`,
        `OPENSSL_CONF=/${TOOL.openssl}`,
        `HOME=/${TOOL.home}`,
      ],
      Labels: descriptions(described),
      WorkingDir: `/${TOOL.work}`,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: TIME.text, created_by: createdBy })),
  };
}
