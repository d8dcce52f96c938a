import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { kept, keyOf } from '../../bench/cache.ts';
import { go } from '../../bench/go.ts';

export interface Question {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
  readonly url: string;
}

/** What Go decides; `proxy` is null for a direct connection. */
export interface GoAnswer {
  readonly proxy: Readonly<Record<'scheme' | 'host' | 'port' | 'user' | 'password', string>> | null;
  readonly error?: string;
}

const SOURCE = path.join(import.meta.dirname, '../../bench/tools/httpproxy');

/** Starts the program over Go's own `httpproxy` package; it ends with the test. */
export async function startGoRules(): Promise<(question: Question) => Promise<GoAnswer>> {
  const child = spawn(await program(), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.stdin.end());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value } = (await lines.next()) as { value?: string };
    return JSON.parse(value ?? '{"proxy":null,"error":"the program has ended"}') as GoAnswer;
  };
}

async function program(): Promise<string> {
  const sources = ['go.mod', 'go.sum', 'main.go'].map((file) => readFile(path.join(SOURCE, file), 'utf8'));
  const directory = await kept(`bin/httpproxy-${keyOf(process.arch, await Promise.all(sources))}`, async (folder) => {
    const output = path.join(folder, 'httpproxy');
    await go(['build', '-trimpath', '-buildvcs=false', '-o', output, '.'], { directory: SOURCE });
  });
  return path.join(directory, 'httpproxy');
}
