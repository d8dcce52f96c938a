import { inputError } from '../errors/problems.ts';
import { asArray, asRecord, asText, type JsonRecord, parseJson } from '../json/json.ts';
import { formatReference, type ImageReference, isDigest, parseReference } from '../reference/index.ts';
import { InputError } from '../errors/index.ts';

/** Who runs an image. */
export interface Workload {
  readonly namespace: string;
  /** `Deployment/web`, or `Pod/web` of a Pod that nobody owns. */
  readonly name: string;
}

/** An image that a cluster runs, by digest where the node has told it. */
export interface RunningImage {
  readonly reference: ImageReference;
  /** Each once, in the order of the Pods. */
  readonly workloads: readonly Workload[];
}

/** The images of a cluster, and names of containers' images that are no references. */
export interface RunningImages {
  readonly images: readonly RunningImage[];
  readonly unreadable: readonly string[];
}

/** Where a Pod lists containers, and what became of them (Kubernetes API, PodSpec and PodStatus). */
const KINDS = [
  ['initContainers', 'initContainerStatuses'],
  ['containers', 'containerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/**
 * Reads what `kubectl get pods -A -o json` prints: a list of Pods, or one Pod. Pods that have come to their end are left out.
 *
 * @param input the input's name, for the error
 * @throws InputError when it is neither
 */
export function parsePods(text: string, input: string): RunningImages {
  const pods = podsOf(asRecord(parseJson(text)));
  if (pods === undefined) {
    const hint = 'Give what kubectl get pods --all-namespaces -o json prints.';
    throw inputError(input, 'it is no list of Pods in JSON', hint);
  }
  const found = new Map<string, { readonly reference: ImageReference; readonly workloads: Map<string, Workload> }>();
  const unreadable = new Set<string>();
  for (const pod of pods.filter(isAlive)) {
    const workload = workloadOf(pod);
    for (const { image, imageId } of containersOf(pod)) {
      const reference = referenceOf(image, imageId);
      if (reference === undefined) unreadable.add(image);
      else {
        const key = formatReference(reference);
        const entry = found.get(key) ?? { reference, workloads: new Map<string, Workload>() };
        found.set(key, entry);
        entry.workloads.set(`${workload.namespace}/${workload.name}`, workload);
      }
    }
  }
  const images = [...found.values()].map(({ reference, workloads }) => ({
    reference,
    workloads: [...workloads.values()],
  }));
  return { images, unreadable: [...unreadable] };
}

function podsOf(json: JsonRecord | undefined): readonly JsonRecord[] | undefined {
  if (json?.['kind'] === 'Pod') return [json];
  if (!Array.isArray(json?.['items'])) return undefined;
  return asArray(json['items']).flatMap((item) => {
    const pod = asRecord(item);
    return pod === undefined || (pod['kind'] ?? 'Pod') !== 'Pod' ? [] : [pod];
  });
}

function isAlive(pod: JsonRecord): boolean {
  const phase = asRecord(pod['status'])?.['phase'];
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function containersOf(pod: JsonRecord): readonly { readonly image: string; readonly imageId: string }[] {
  return KINDS.flatMap(([specified, running]) => {
    const statuses = asArray(asRecord(pod['status'])?.[running]).map(asRecord);
    return asArray(asRecord(pod['spec'])?.[specified]).flatMap((item) => {
      const container = asRecord(item);
      const image = asText(container?.['image']);
      const status = statuses.find((each) => each?.['name'] === container?.['name']);
      return image === undefined ? [] : [{ image, imageId: asText(status?.['imageID']) ?? '' }];
    });
  });
}

/**
 * The image by the digest that the node pulled. Of `imageID` only its digest counts, and only behind a repository's name
 * (`docker-pullable://app@sha256:…`): alone it is the configuration's, which no registry is asked for.
 */
function referenceOf(image: string, imageId: string): ImageReference | undefined {
  try {
    const reference = parseReference(image);
    const at = imageId.lastIndexOf('@');
    const digest = imageId.slice(at + 1);
    if (reference.kind === 'digest' || at < 1 || !isDigest(digest)) return reference;
    return { kind: 'digest', repository: reference.repository, digest, tag: reference.tag };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** A ReplicaSet that a Deployment made is named after it and the hash of its Pods' template. */
function workloadOf(pod: JsonRecord): Workload {
  const metadata = asRecord(pod['metadata']);
  const owner = asArray(metadata?.['ownerReferences'])
    .map(asRecord)
    .find((each) => each?.['controller'] === true);
  const kind = asText(owner?.['kind']) ?? 'Pod';
  const name = asText(owner?.['name']) ?? asText(metadata?.['name']) ?? '';
  const hash = asText(asRecord(metadata?.['labels'])?.['pod-template-hash']);
  const isDeployments = kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`);
  return {
    namespace: asText(metadata?.['namespace']) ?? 'default',
    name: isDeployments ? `Deployment/${name.slice(0, -hash.length - 1)}` : `${kind}/${name}`,
  };
}
