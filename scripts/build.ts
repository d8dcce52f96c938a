/** Writes everything that is shipped as one file, below the repository or below the directory that the first argument names. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMMAND_LINE, GITHUB_ACTION, GITLAB_CI, makeBundle, ROOT } from './bundle.ts';

const target = path.resolve(process.argv[2] ?? ROOT);

for (const bundle of [COMMAND_LINE, GITHUB_ACTION, GITLAB_CI]) {
  for (const [file, content] of await makeBundle(bundle)) {
    const written = path.join(target, file);
    await mkdir(path.dirname(written), { recursive: true });
    await writeFile(written, content);
    if (file === bundle.file) await chmod(written, 0o755);
    process.stdout.write(`${file}: ${(Buffer.byteLength(content) / 1e6).toFixed(1)} MB\n`);
  }
}
