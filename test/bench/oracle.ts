import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { end } from './server-process.ts';
import { program, type ProgramName } from './tools.ts';

/** A program over the code of others that answers questions, one line of JSON each, as they would. */
export interface Oracle<Question, Answer> {
  /** One question at a time. */
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts the program; it ends when it is stopped, or with the process that started it. */
export async function startOracle<Question, Answer>(
  name: Extract<ProgramName, 'httpproxy' | 'image-json' | 'paketo' | 'registries-conf'>,
): Promise<Oracle<Question, Answer>> {
  const child = spawn(await program(name), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${name} has ended`);
      return JSON.parse(line.value) as Answer;
    },
    stop: () => end(child),
  };
}
