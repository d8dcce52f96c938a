import { readFile, readlink } from 'node:fs/promises';
import { asRecord, asStrings, parseJson } from '../../../json/json.ts';
import { TOOL_FOLDER } from '../tool-folder.ts';

const MARKER = `${TOOL_FOLDER}/tool-image.json`;

/** What the tool image says of itself. */
export interface ToolImage {
  /** Absolute paths of its files outside of the tool folder: `/bin/sh`. */
  readonly outside: readonly string[];
}

/** The tool image that our own program came with and runs in; undefined anywhere else. */
export async function readToolImage(): Promise<ToolImage | undefined> {
  const [marker, program] = await Promise.all([
    readFile(MARKER).catch(() => undefined),
    readlink('/proc/self/exe').catch(() => ''),
  ]);
  const facts = asRecord(marker && parseJson(marker));
  if (facts === undefined || !program.startsWith(`${TOOL_FOLDER}/`)) return undefined;
  return { outside: asStrings(facts['outside']) };
}
