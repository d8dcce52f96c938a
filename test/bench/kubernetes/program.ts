import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { program } from '../tools.ts';

/**
 * Asks a program of the bench, in JSON both ways.
 *
 * @param args what it is asked
 * @throws Error with what it has printed when it does not know
 */
export async function ask<Answer>(
  name: 'tekton' | 'argo' | 'argo-controller',
  args: readonly string[],
  question: unknown,
): Promise<Answer> {
  const child = spawn(await program(name), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  child.stdin.end(JSON.stringify(question));
  const [answer, complaint, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} failed: ${complaint}`);
  return JSON.parse(answer) as Answer;
}
