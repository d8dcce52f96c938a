import { describe, expect, it } from 'vitest';
import { fileItem, type TarItem } from '../../../src/archive/index.ts';
import { outputFacts } from '../../../src/build/policy/output-facts.ts';
import type { BuildFacts } from '../../../src/build/policy/request-facts.ts';
import type { Plan } from '../../../src/build/plan.ts';
import { layoutImage, openLayout } from '../../../src/layout/index.ts';
import { imageFact, parsePolicy, requireHolding } from '../../../src/policy/index.ts';
import { type Digest, parseReference } from '../../../src/reference/index.ts';
import { writeAppImage } from '../../support/app-image.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const NOW = Date.UTC(2026, 10, 22);
const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;
const INDEX: Digest = `sha256:${'b'.repeat(64)}`;

function planWith(facts: BuildFacts): Plan {
  const plan = {
    builder: { name: 'r.example/builder:1', digest: DIGEST },
    runImage: { name: 'r.example/evil/run:1', digest: DIGEST },
    lifecycle: { network: 'default', volumes: [{ source: '/x', target: '/y', writable: false }] },
    destinations: [{ kind: 'registry', repository: parseReference('r.example/evil/app').repository, tags: ['1'] }],
    policy: { policies: [], facts },
  };
  return plan as unknown as Plan;
}

async function refusals(facts: BuildFacts, rules: string, sbom?: readonly TarItem[]): Promise<string> {
  const directory = await temporaryDirectory();
  await writeAppImage(directory, sbom && { sbom });
  const image = await layoutImage(await openLayout(directory));
  const policies = [parsePolicy(`version = 1\n${rules}`, 'p.toml')];
  const made = await outputFacts(planWith(facts), { image, isHermetic: false }, policies);
  try {
    requireHolding('the image', policies, { ...made, now: NOW });
    return '';
  } catch (error) {
    return String(error);
  }
}

const ref = (text: string) => parseReference(text);

describe('a plan that says one thing and does another', () => {
  const facts: BuildFacts = {
    builder: imageFact(ref('r.example/builder:1'), { digests: [DIGEST], pinned: true }),
    runImage: { ...imageFact(ref('r.example/good/run:1'), { digests: [DIGEST] }), created: NOW },
    targets: [imageFact(ref('r.example/good/app:1'))],
    network: 'none',
    volumes: [],
  };

  it.each([
    ['[run-images]\nallow = ["r.example/good/**"]', 'the run image "r.example/evil/run:1" is not allowed'],
    ['[run-images]\nmax-age = "30d"', 'run-images.max-age: what it asks about is not known'],
    ['[targets]\nallow = ["r.example/good/**"]', 'the target "r.example/evil/app:1" is not allowed'],
    ['[build]\nnetworks = ["none"]', 'the network "default" is not allowed'],
    ['[build]\nno-volumes = true', 'the volume "/x:/y" is not allowed'],
  ])('is judged by what it does: %s', async (rules, message) => {
    expect(await refusals(facts, rules)).toContain(message);
  });
});

it('a rule that nothing is known for does not hold', async () => {
  expect(await refusals({}, '[build]\nlocked = true')).toContain('build.locked: what it asks about is not known');
});

it('what PREPARE has found out about an image of the plan counts', async () => {
  const runImage = { ...imageFact(ref('r.example/evil/run:1'), { digests: [DIGEST, INDEX] }), created: NOW };
  const rules = `[run-images]\nallow = ["**@${INDEX}"]\nmax-age = "1d"`;
  expect(await refusals({ runImage }, rules)).toBe('');
});

describe('a bill of materials', () => {
  const bill = (folder: string) => [fileItem(`/layers/sbom/launch/${folder}/sbom.cdx.json`, '{}')];

  it('of a buildpack is one', async () => {
    expect(await refusals({}, '[build]\nsbom = true', bill('samples_nodejs/modules'))).toBe('');
  });

  it('of the lifecycle alone is none', async () => {
    const lifecycle = bill('buildpacksio_lifecycle/launcher');
    expect(await refusals({}, '[build]\nsbom = true', lifecycle)).toContain('no bill of materials of a buildpack');
  });
});
