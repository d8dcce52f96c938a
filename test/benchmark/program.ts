/** Tells whoever waits what is being measured; results alone go to standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Runs a benchmark to its end; what makes it fail is its last line. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  await main().catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
