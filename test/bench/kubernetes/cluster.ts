import { existsSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** The objects that Pods take files and variables from, by their names. */
export interface ClusterData {
  readonly secrets: Readonly<Record<string, Entries>>;
  readonly configMaps: Readonly<Record<string, Entries>>;
  /** PEM texts. */
  readonly trustBundles: Readonly<Record<string, string>>;
  /** Folders of this machine, in place of persistent volumes. */
  readonly claims: Readonly<Record<string, string>>;
}

/** What a Secret or a ConfigMap holds. */
export type Entries = Readonly<Record<string, Buffer>>;

/** An object of Kubernetes, as far as this bench looks into it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: { readonly trustBundle?: string };
}

/** Whatever comes as text or as the name of a file. */
export function textOf(source: string): string {
  return !source.includes('\n') && existsSync(source) ? readFileSync(source, 'utf8') : source;
}

/** The objects in a YAML text. */
export function readObjects(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** What the objects hold for Pods. */
export function dataOf(objects: readonly KubernetesObject[], claims: ClusterData['claims']): ClusterData {
  const named = <Value>(kind: string, read: (object: KubernetesObject) => Value): Readonly<Record<string, Value>> =>
    Object.fromEntries(
      objects.filter((object) => object.kind === kind).map((object) => [object.metadata.name, read(object)]),
    );
  return {
    secrets: named('Secret', ({ data, stringData }) => ({
      ...decoded(data, 'base64'),
      ...decoded(stringData, 'utf8'),
    })),
    configMaps: named('ConfigMap', ({ data, binaryData }) => ({
      ...decoded(data, 'utf8'),
      ...decoded(binaryData, 'base64'),
    })),
    trustBundles: named('ClusterTrustBundle', ({ spec }) => spec?.trustBundle ?? ''),
    claims,
  };
}

function decoded(texts: Readonly<Record<string, string>> = {}, encoding: BufferEncoding): Entries {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, encoding)]));
}
