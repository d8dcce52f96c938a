import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AuthFile, createCredentials, type ExplainedCredentials } from '../../src/auth/index.ts';
import { type Command, type Outcome, SILENT_LOG } from '../../src/ports/index.ts';
import type { Repository } from '../../src/reference/index.ts';

/** A directory with these files, removed when the test ends. Programs (`bin/…`) are executable. */
export async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'auth-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content, { mode: 0o755 });
  }
  return directory;
}

export interface AuthSetup {
  readonly credentials: ExplainedCredentials;
  readonly commands: readonly Command[];
  readonly warnings: readonly string[];
  readonly masked: readonly string[];
}

export interface AuthOptions {
  readonly home?: string;
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly registryAuth?: AuthFile | undefined;
  readonly fallbackAuth?: AuthFile | undefined;
  readonly untrusted?: readonly string[];
  /** What a helper answers; default: that it has nothing. */
  readonly helper?: Partial<Outcome>;
}

/** Credentials whose helpers do not run but answer what the test says. */
export function setupAuth(options: AuthOptions): AuthSetup {
  const commands: Command[] = [];
  const warnings: string[] = [];
  const masked: string[] = [];
  const nothing = { status: 1, signal: null, stdout: 'credentials not found in native keychain', stderr: '' };
  const credentials = createCredentials({
    environment: options.environment ?? {},
    machine: {
      home: options.home ?? '/nonexistent',
      workingDirectory: options.workingDirectory ?? '/nonexistent/work',
    },
    processes: {
      run: (command) => {
        commands.push(command);
        return Promise.resolve({ ...nothing, ...options.helper });
      },
    },
    log: { ...SILENT_LOG, warn: (message) => warnings.push(message), mask: (secret) => masked.push(secret) },
    registryAuth: options.registryAuth,
    fallbackAuth: options.fallbackAuth,
    untrusted: options.untrusted ?? [],
  });
  return { credentials, commands, warnings, masked };
}

export function pair(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function repository(registry: string, path = 'app'): Repository {
  return { registry, path };
}
