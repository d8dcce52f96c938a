import { expect, it } from 'vitest';
import { resolveBuild } from '../../src/build/prepare/prepare.ts';
import { parseInputs } from '../../src/inputs/index.ts';
import { type Ports, SILENT_LOG } from '../../src/ports/index.ts';
import { completeRequest } from '../../src/project/index.ts';
import type { RegistryClient } from '../../src/registry/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A client that counts what it is asked, and never answers. */
function silentRegistry(): { readonly registry: RegistryClient; readonly asked: readonly string[] } {
  const asked: string[] = [];
  const registry = new Proxy({} as RegistryClient, {
    get: (_, call) => () => {
      asked.push(String(call));
      return new Promise(() => undefined);
    },
  });
  return { registry, asked };
}

it('asks no registry for a build whose creation time can not be known', async () => {
  const app = await temporaryDirectory();
  const builder = 'registry.example/builder';
  const request = parseInputs(
    { image: 'registry.example/app', builder, path: app, 'creation-time': 'commit' },
    { environment: {}, workingDirectory: app, now: 0, architecture: 'amd64', facts: { trust: 'trusted' } },
  );
  const { registry, asked } = silentRegistry();
  const ports = { log: SILENT_LOG, signal: new AbortController().signal } as Ports;
  const resolving = resolveBuild(completeRequest(request, undefined), { registry, ports, scratch: app });
  await expect(resolving).rejects.toThrow(
    `creation-time: "commit" needs a commit, and "${app}" is in no Git repository`,
  );
  expect(asked).toEqual([]);
});
