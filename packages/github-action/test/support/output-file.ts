/**
 * Outputs as the runner reads them from its file (actions/runner, `FileCommandManager.cs`): `NAME=VALUE`, or `NAME<<DELIMITER`, the
 * lines of the value, `DELIMITER`.
 *
 * @throws Error where the runner fails the step
 */
export function readOutputFile(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue;
    const [, name = '', sign = '', rest = ''] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`"${line}" is no output`);
    const end = sign === '=' ? -1 : lines.indexOf(rest);
    if (sign === '<<' && end === -1) throw new Error(`the value of "${name}" has no end`);
    outputs[name] =
      sign === '='
        ? rest
        : lines
            .splice(0, end + 1)
            .slice(0, -1)
            .join('\n');
  }
  return outputs;
}
