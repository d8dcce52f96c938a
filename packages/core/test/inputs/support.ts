import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { InputError, type InputProblem } from '../../src/errors/index.ts';
import { type BuildRequest, type ParseContext, parseInputs, type RawInputs } from '../../src/inputs/index.ts';

/** A directory that is removed after the test; the keys are paths in it, a path that ends in `/` is an empty directory. */
export function makeTree(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = mkdtempSync(path.join(tmpdir(), 'inputs-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(file, content);
  }
  return root;
}

/** A context in an empty directory, outside of any CI. */
export function makeContext(changes: Partial<ParseContext> = {}): ParseContext {
  return {
    environment: {},
    facts: { trust: 'trusted' },
    workingDirectory: changes.workingDirectory ?? makeTree(),
    architecture: 'amd64',
    now: Date.parse('2026-11-21'),
    ...changes,
  };
}

/** Reads inputs to which an image and a builder are added unless they are given. */
export function parse(raw: RawInputs, changes: Partial<ParseContext> = {}): BuildRequest {
  return parseInputs(
    { image: 'registry.example/app', builder: 'registry.example/builder', ...raw },
    makeContext(changes),
  );
}

/** The problems that `read` throws. */
export function problemsOf(read: () => unknown): readonly InputProblem[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

/** Problems of these inputs, as `name: message`. */
export function messagesOf(raw: RawInputs, changes: Partial<ParseContext> = {}): readonly string[] {
  return problemsOf(() => parse(raw, changes)).map((problem) => `${problem.input}: ${problem.message}`);
}
