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
 * Opens a file of YAML 1.2 documents for reading by key; empty ones are left out. The only module that knows the library.
 *
 * @param input the name of the input that named the file
 * @throws InputError when it is no YAML, or a document is no mapping
 */
export function openYaml(text: string, file: string, input: string): readonly TableReader[] {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { file } : { file, line, column: col };
  };
  try {
    const documents = [
      ...parseAllDocuments(text, {
        lineCounter: lines,
        prettyErrors: false,
        // The library would warn by itself, past the log.
        logLevel: 'error',
      }),
    ] as ParsedDocument[];
    const errors = documents.flatMap((document) => document.errors);
    if (errors.length > 0) throw new InputError(errors.map(({ message, pos }) => invalid(input, message, at(pos[0]))));
    return documents.flatMap((document) => openDocument(document, { at, file, input }) ?? []);
  } catch (error) {
    if (error instanceof InputError) throw error;
    // The library throws its own way where documents nest too deep or multiply themselves.
    throw new InputError([invalid(input, error instanceof Error ? error.message : 'it can not be read', { file })], {
      cause: error,
    });
  }
}

interface Source {
  readonly at: (offset: number) => Place;
  readonly file: string;
  readonly input: string;
}

function openDocument(document: ParsedDocument, { at, file, input }: Source): TableReader | undefined {
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  if (value === null || value === undefined) return undefined;
  const record = asRecord(value);
  const placeOf = (path: KeyPath): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return { file };
  };
  if (record !== undefined) return new TableReader(record, [], new Findings({ placeOf }));
  throw new InputError([{ input, message: 'it is YAML without any keys', place: placeOf([]) }]);
}

function invalid(input: string, message: string, place: Place): InputProblem {
  return { input, message: `it is not valid YAML: ${message}`, place };
}
