import { onTestFinished } from 'vitest';
import { startOracle } from '../../bench/oracle.ts';

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

/** Starts the program over Go's own `httpproxy` package; it ends with the test. */
export async function startGoRules(): Promise<(question: Question) => Promise<GoAnswer>> {
  const oracle = await startOracle<Question, GoAnswer>('httpproxy');
  onTestFinished(() => oracle.stop());
  return (question) => oracle.ask(question);
}
