import { once } from 'node:events';

/** The other side of `runTask`: says that it is ready, waits for the word, works, and tells what that took. */
export async function perform(work: () => Promise<void>): Promise<void> {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const started = performance.now();
  await work();
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000 })}\n`);
  process.stdin.destroy();
}
