import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { writeAppImage } from '../../../packages/core/test/support/app-image.ts';
import { buildpacksCi } from './command-line.ts';

describe('the bundle, alone in an empty folder', () => {
  let directory = '';
  let program = '';

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-bundle-'));
    program = path.join(directory, 'alone/program.cjs');
    await mkdir(path.dirname(program));
    await copyFile(inject('programs').commandLine, program);
    return () => rm(directory, { recursive: true, force: true });
  });

  test('knows its version', async () => {
    const { status, stdout } = await buildpacksCi(['--version'], { directory, program });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('buildpacks-ci ') as string });
  });

  test('reads an image', async () => {
    await writeAppImage(path.join(directory, 'image'));
    const { status, stdout } = await buildpacksCi(['inspect', 'oci:image'], { directory, program });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('samples/nodejs') as string });
  });

  test('asks a registry', async () => {
    const { status } = await buildpacksCi(['inspect', '127.0.0.1:9/app'], { directory, program });
    expect(status).toBe(111);
  });

  test('reads project.toml', async () => {
    await writeFile(path.join(directory, 'project.toml'), '[_\n');
    const { status, stderr } = await buildpacksCi(['build', 'registry.example/a'], { directory, program });
    expect(status).toBe(2);
    expect(stderr).toContain('project.toml:1:');
  });
});
