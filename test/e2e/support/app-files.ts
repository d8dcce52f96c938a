import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { crane, type PushAccess } from '../../bench/images.ts';

/** The text of a file in an image on a registry, all layers applied. */
export async function readAppFile(reference: string, file: string, access: PushAccess): Promise<string> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-export-'));
  try {
    const archive = path.join(scratch, 'image.tar');
    await crane(['export', reference, archive], reference, access);
    return await command('tar', ['-xOPf', archive, '--no-anchored', '--wildcards', file.replace(/^\//, '')]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Every file in an image on a registry as `tar -tv` lists it, all layers applied; links with their targets. */
export async function listAppFiles(reference: string, access: PushAccess): Promise<readonly string[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-export-'));
  try {
    const archive = path.join(scratch, 'image.tar');
    await crane(['export', reference, archive], reference, access);
    return (await command('tar', ['-tvPf', archive])).split('\n');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
