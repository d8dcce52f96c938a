import { type Place, ROOT } from '../pod/places.ts';

/** The parameter that names the claim with the app. */
export const SOURCE_CLAIM = 'source-claim';
/** The parameter that names the claim for the layer cache, if there is one. */
export const CACHE_CLAIM = 'cache-claim';
/** The parameter that names the Secrets that are service bindings. */
export const BINDING_SECRETS = 'binding-secrets';

export const SOURCE = { volume: 'source', mount: `${ROOT}/source` } as const;
export const CACHE = { volume: 'cache', mount: `${ROOT}/cache` } as const;
export const BINDINGS_FOLDER = `${ROOT}/bindings`;

/** Lies over the place where each container of a Pod gets its account's token: Argo's own containers need it, and no other. */
export const NO_TOKEN = { volume: 'no-token', mount: '/var/run/secrets/kubernetes.io/serviceaccount' } as const;

/** Argo's own volume: its executor's program, the state and the outputs of each container. */
export const EXECUTOR_MOUNT = '/var/run/argo';

interface NamedVolume extends Place {
  /** Has the name of the object. */
  readonly parameter: string;
  readonly description: string;
  readonly default: string;
  readonly kind: 'secret' | 'configMap';
  /** The keys that are taken, and their files; absent: all. */
  readonly items?: readonly { readonly key: string; readonly path: string }[];
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
    items: [{ key: '.dockerconfigjson', path: 'config.json' }],
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
  {
    volume: 'proxy',
    mount: `${ROOT}/proxy`,
    parameter: 'proxy-secret',
    description:
      'The Secret with the keys `http-proxy`, `https-proxy` and `no-proxy` in the place of these parameters, for a proxy with a password.',
    default: 'buildpacks-ci-proxy',
    kind: 'secret',
  },
] as const satisfies readonly NamedVolume[];
