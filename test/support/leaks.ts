/** Text that holds a canary as it is or in any base64. */
export function leaksOf(printed: string, canary: string): readonly string[] {
  const runs = printed.match(/[A-Za-z0-9+/_-]{8,}/g) ?? [];
  const decoded = runs.flatMap((run) =>
    [0, 1, 2, 3].map((skipped) => Buffer.from(run.slice(skipped), 'base64').toString('latin1')),
  );
  return [...printed.split('\n'), ...decoded].filter((text) => text.includes(canary));
}
