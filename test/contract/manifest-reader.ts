import { parseAllDocuments } from 'yaml';
import { asArray, asRecord, asText, type JsonRecord } from '../../packages/core/src/json/json.ts';

/** A mapping somewhere in an object of Kubernetes. */
export interface Node {
  /** The file, and the names on the way to it: `tekton/samples/a.yaml: shop/build`. */
  readonly where: string;
  readonly fields: JsonRecord;
  /** The names of the volumes that are declared around it. */
  readonly volumes: readonly string[];
}

/** All mappings in a YAML text with objects, also in objects that others hold: steps, templates, what a trigger makes. */
export function readNodes(file: string, text: string): readonly Node[] {
  return parseAllDocuments(text).flatMap((document) =>
    nodesIn(document.toJS(), { where: `${file}:`, fields: {}, volumes: [] }),
  );
}

/** Whatever becomes a container of a Pod: steps, StepActions, members of container sets. */
export function isContainer({ fields }: Node): boolean {
  return typeof fields['image'] === 'string';
}

function nodesIn(value: unknown, around: Node): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap((item) => nodesIn(item, around));
  const fields = asRecord(value);
  if (fields === undefined) return [];
  const name = nameOf(fields);
  const node = {
    where: name === undefined ? around.where : `${around.where} ${name}`,
    fields,
    volumes: [...around.volumes, ...declaredIn(fields)],
  };
  return [node, ...Object.values(fields).flatMap((field) => nodesIn(field, node))];
}

function nameOf(fields: JsonRecord): string | undefined {
  const metadata = asRecord(fields['metadata']) ?? {};
  return asText(fields['name']) ?? asText(metadata['name']) ?? asText(metadata['generateName']);
}

function declaredIn(fields: JsonRecord): readonly string[] {
  const declared = [...asArray(fields['volumes']), ...asArray(fields['volumeClaimTemplates'])];
  return declared.map((volume) => nameOf(asRecord(volume) ?? {})).filter((name) => name !== undefined);
}
