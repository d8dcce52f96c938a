import type { ClusterData, Entries } from './cluster.ts';
import { type FieldItem, fieldOf, type KeyedSource, type Pod, type Projection, type Volume } from './pod.ts';

/** A file of a volume that the kubelet writes. */
export interface ProjectedFile {
  /** Relative to the volume. */
  readonly path: string;
  readonly content: Buffer;
  /** Default 0644. */
  readonly mode?: number;
}

/** What the token of each ServiceAccount is. */
export const SERVICE_ACCOUNT_TOKEN = 'bench-service-account-token';

const DEFAULT_MODE = 0o644;

/**
 * The files of a volume that is made of objects: Secrets, ConfigMaps, the Pod's own fields, tokens, trust bundles.
 *
 * @returns undefined for a volume of another kind
 * @throws Error when an object or a key is not there, in which case a Pod never starts
 */
export function projectedFiles(volume: Volume, pod: Pod, cluster: ClusterData): readonly ProjectedFile[] | undefined {
  const { secret, configMap, downwardAPI, projected } = volume;
  if (secret) return withMode(sourceFiles({ secret: { ...secret, name: secret.secretName } }, pod, cluster), secret);
  if (configMap) return withMode(sourceFiles({ configMap }, pod, cluster), configMap);
  if (downwardAPI) return sourceFiles({ downwardAPI }, pod, cluster);
  if (projected)
    return withMode(
      projected.sources.flatMap((source) => sourceFiles(source, pod, cluster)),
      projected,
    );
  return undefined;
}

function withMode(
  files: readonly ProjectedFile[],
  { defaultMode = DEFAULT_MODE }: { readonly defaultMode?: number },
): readonly ProjectedFile[] {
  return files.map((file) => ({ mode: defaultMode, ...file }));
}

function sourceFiles(source: Projection, pod: Pod, cluster: ClusterData): readonly ProjectedFile[] {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (secret) return keyedFiles(`Secret ${secret.name}`, cluster.secrets[secret.name], secret);
  if (configMap) return keyedFiles(`ConfigMap ${configMap.name}`, cluster.configMaps[configMap.name], configMap);
  if (downwardAPI) return (downwardAPI.items ?? []).map((item) => fieldFile(item, pod));
  if (serviceAccountToken) return [{ path: serviceAccountToken.path, content: Buffer.from(SERVICE_ACCOUNT_TOKEN) }];
  const bundle = cluster.trustBundles[clusterTrustBundle?.name ?? ''];
  if (clusterTrustBundle === undefined || bundle === undefined)
    throw new Error(`the bench has nothing for the source ${JSON.stringify(source)}`);
  return [{ path: clusterTrustBundle.path, content: Buffer.from(bundle) }];
}

function keyedFiles(title: string, entries: Entries | undefined, source: KeyedSource): readonly ProjectedFile[] {
  if (entries === undefined) {
    if (source.optional === true) return [];
    throw new Error(`${title} not found`);
  }
  if (source.items === undefined) return Object.entries(entries).map(([path, content]) => ({ path, content }));
  return source.items.flatMap(({ key, path, mode }) => {
    const content = entries[key];
    if (content !== undefined) return [{ path, content, ...(mode !== undefined && { mode }) }];
    if (source.optional === true) return [];
    throw new Error(`${title} has no key "${key}"`);
  });
}

/** Tekton's controller writes its annotations once the Pod runs; the first step waits for it. */
function fieldFile({ path, fieldRef }: FieldItem, pod: Pod): ProjectedFile {
  const isReady = fieldRef.fieldPath === "metadata.annotations['tekton.dev/ready']";
  return { path, content: Buffer.from(isReady ? 'READY' : fieldOf(pod, fieldRef)) };
}
