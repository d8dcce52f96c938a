import { ROOT } from '../pod/places.ts';

/** The parameter that names the claim with the app. */
export const SOURCE_CLAIM = 'source-claim';

export const SOURCE = { volume: 'source', mount: `${ROOT}/source` } as const;

interface NamedVolume {
  readonly volume: string;
  readonly mount: string;
  /** Has the name of the object. */
  readonly parameter: string;
  readonly description: string;
  readonly default: string;
  readonly kind: 'secret' | 'configMap';
}

/** What is in a volume when the namespace has such an object, and an empty folder when it has not. */
export const VOLUMES_BY_NAME = [
  {
    volume: 'dockerconfig',
    mount: `${ROOT}/dockerconfig`,
    parameter: 'registry-secret',
    description: 'The Secret with credentials for registries, of the type `kubernetes.io/dockerconfigjson`.',
    default: 'buildpacks-ci-registry',
    kind: 'secret',
  },
  {
    volume: 'ca-certs',
    mount: `${ROOT}/ca-certs`,
    parameter: 'ca-certificates-config-map',
    description: 'The ConfigMap with PEM certificates of authorities to trust.',
    default: 'buildpacks-ci-ca-certificates',
    kind: 'configMap',
  },
  {
    volume: 'registries-conf',
    mount: `${ROOT}/registries-conf`,
    parameter: 'registries-conf-config-map',
    description: 'The ConfigMap with rules for mirrors, files as `registries-conf` takes them.',
    default: 'buildpacks-ci-registries-conf',
    kind: 'configMap',
  },
] as const satisfies readonly NamedVolume[];
