import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { tool } from '../../bench/tools.ts';

export interface RebaserOptions {
  /** Default `0.15`. */
  readonly platformApi?: string;
  readonly args?: readonly string[];
  readonly lifecycle?: 'lifecycle' | 'lifecycle-previous';
}

/** Runs the lifecycle's own rebaser, whose bytes are ours. */
export async function rebaser(image: string, options: RebaserOptions = {}): Promise<void> {
  const { platformApi = '0.15', args = [], lifecycle = 'lifecycle' } = options;
  const home = await mkdtemp(path.join(tmpdir(), 'e2e-rebaser-'));
  const { directory } = await tool(lifecycle);
  const ids = ['-uid', String(process.getuid?.() ?? 0), '-gid', String(process.getgid?.() ?? 0)];
  const report = ['-report', path.join(home, 'report.toml')];
  try {
    await command(path.join(directory, 'rebaser'), [...ids, ...report, ...args, image], {
      environment: { CNB_PLATFORM_API: platformApi, HOME: home },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
