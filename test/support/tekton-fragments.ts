import { parse, parseAllDocuments, stringify } from 'yaml';
import { markdownBlocks } from './markdown-blocks.ts';

/** An example for Tekton that a page shows. */
export interface TektonExample {
  /** `123, Part`: the line where it begins in its page, and the heading above it. */
  readonly title: string;
  /** Objects in YAML; what is no object on the page is put into a TaskRun, which has what every run must have. */
  readonly objects: string;
}

interface Item {
  readonly name: string;
}

type Spec = Readonly<Record<string, unknown>>;

const PARAMS = [
  { name: 'image', value: 'registry.example/shop' },
  { name: 'builder', value: `registry.example/builder@sha256:${'0'.repeat(64)}` },
];
const WORKSPACES = [{ name: 'source', emptyDir: {} }];

/** The YAML blocks of a page, as `kubectl` could be given them. */
export function tektonExamples(page: string): readonly TektonExample[] {
  return markdownBlocks(page)
    .filter(({ language }) => language === 'yaml')
    .map(({ line, heading, content }) => ({ title: `${line}, ${heading}`, objects: objectsOf(content) }));
}

function objectsOf(yaml: string): string {
  const isWhole = parseAllDocuments(yaml).every((document) => document.has('apiVersion'));
  if (isWhole) return yaml;
  const given = parse(yaml) as Spec;
  const spec = {
    taskRef: { name: 'buildpacks-ci' },
    ...given,
    params: withOthers(given['params'], PARAMS),
    workspaces: withOthers(given['workspaces'], WORKSPACES),
  };
  return stringify({ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'example' }, spec });
}

function withOthers(given: unknown, others: readonly Item[]): readonly Item[] {
  const items = (given ?? []) as readonly Item[];
  return [...items, ...others.filter(({ name }) => !items.some((item) => item.name === name))];
}
