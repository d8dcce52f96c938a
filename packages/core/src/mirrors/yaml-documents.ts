import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { InputError, type InputProblem, type Place } from '../errors/index.ts';
import { asRecord } from '../json/json.ts';
import { Findings } from '../toml/findings.ts';
import type { KeyPath } from '../toml/key-path.ts';
import { TableReader } from '../toml/table.ts';

type ParsedDocument = ReturnType<typeof parseAllDocuments>[number];

/** How often anchors may be used; more is an attack. */
const MAX_ALIASES = 100;

/**
 * Opens a file of YAML 1.2 documents for reading by key. Documents that hold no mapping are left out. The only module that knows the
 * library.
 *
 * @param input the name of the input that named the file
 * @throws InputError when it is no YAML
 */
export function openYaml(text: string, file: string, input: string): readonly TableReader[] {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { file } : { file, line, column: col };
  };
  try {
    const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })] as ParsedDocument[];
    const errors = documents.flatMap((document) => document.errors);
    if (errors.length > 0) throw new InputError(errors.map(({ message, pos }) => invalid(input, message, at(pos[0]))));
    return documents.flatMap((document) => openDocument(document, at, file) ?? []);
  } catch (error) {
    if (error instanceof InputError) throw error;
    // The library throws its own way where documents nest too deep or multiply themselves.
    throw new InputError([invalid(input, error instanceof Error ? error.message : 'it can not be read', { file })], {
      cause: error,
    });
  }
}

function openDocument(document: ParsedDocument, at: (offset: number) => Place, file: string): TableReader | undefined {
  const record = asRecord(document.toJS({ maxAliasCount: MAX_ALIASES }));
  const placeOf = (path: KeyPath): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return { file };
  };
  return record === undefined ? undefined : new TableReader(record, [], new Findings({ placeOf }));
}

function invalid(input: string, message: string, place: Place): InputProblem {
  return { input, message: `it is not valid YAML: ${message}`, place };
}
