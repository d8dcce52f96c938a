import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { crane, type PushAccess } from '../../bench/images.ts';
import { temporaryDirectory } from './world.ts';

/** The text of a file in an image on a registry, all layers applied. */
export async function readAppFile(reference: string, file: string, access: PushAccess): Promise<string> {
  return withArchive(reference, access, (archive) =>
    command('tar', ['-xOPf', archive, '--no-anchored', '--wildcards', file.replace(/^\//, '')]),
  );
}

/** Every file in an image on a registry as `tar -tv` lists it, all layers applied; links with their targets. */
export async function listAppFiles(reference: string, access: PushAccess): Promise<readonly string[]> {
  return withArchive(reference, access, async (archive) => (await command('tar', ['-tvPf', archive])).split('\n'));
}

/** A directory with what an image on a registry has below an absolute path, all layers applied; it goes when the test is over. */
export async function extractAppFiles(reference: string, below: string, access: PushAccess): Promise<string> {
  const directory = await temporaryDirectory('files');
  await withArchive(reference, access, (archive) =>
    command('tar', ['-xf', archive, '-C', directory, '--no-same-owner', '--wildcards', `${below}/*`]),
  );
  return path.join(directory, below);
}

async function withArchive<T>(reference: string, access: PushAccess, use: (archive: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-export-'));
  try {
    const archive = path.join(scratch, 'image.tar');
    await crane(['export', reference, archive], reference, access);
    return await use(archive);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
