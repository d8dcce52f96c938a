import { describe, expect, test } from 'vitest';
import { evaluate, imageFact, parsePolicy, type PolicyFacts, requireAllowed } from '../../src/policy/index.ts';
import { parseReference } from '../../src/reference/index.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22);
const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const ref = (text: string) => parseReference(text);

/** A build that is everything that a platform team could wish. */
const GOOD: PolicyFacts = {
  now: NOW,
  builder: imageFact(ref('r.example/platform/builder:1'), { pinned: true, digests: [DIGEST] }),
  runImage: { ...imageFact(ref('r.example/platform/run:1'), { pinned: true, digests: [DIGEST] }), created: NOW - DAY },
  requestedBuildpacks: [
    { from: 'image', shown: 'r.example/bp:1', image: imageFact(ref('r.example/bp:1'), { pinned: true }) },
  ],
  buildpacks: [{ id: 'example/java', version: '2.1.0' }],
  environment: ['BP_JVM_VERSION'],
  targets: [imageFact(ref('r.example/apps/shop:1'))],
  labels: { team: 'shop' },
  network: 'none',
  volumes: [],
  hermetic: true,
  locked: true,
  sbom: true,
};

const judge = (rules: string, facts: PolicyFacts) => evaluate([parsePolicy(`version = 1\n${rules}`, 'p.toml')], facts);

/** Rule, what breaks it, and what the refusal says. */
const CASES: readonly (readonly [string, Partial<PolicyFacts>, string])[] = [
  [
    '[builders]\nallow = ["r.example/platform/*"]',
    { builder: imageFact(ref('evil.example/builder:1')) },
    'the builder "evil.example/builder:1" is not allowed; allowed: r.example/platform/*',
  ],
  [
    `[builders]\nallow = ["r.example/platform/builder@${DIGEST}"]`,
    { builder: imageFact(ref('r.example/platform/builder:2'), { digests: [`sha256:${'c'.repeat(64)}`] }) },
    `the builder "r.example/platform/builder:2" is not allowed; allowed: r.example/platform/builder@${DIGEST}`,
  ],
  [
    '[builders]\ndeny = ["**:edge"]',
    { builder: imageFact(ref('r.example/platform/builder:edge')) },
    'the builder "r.example/platform/builder:edge" is denied by "**:edge"',
  ],
  [
    '[builders]\npinned = true',
    { builder: imageFact(ref('r.example/b:1'), { pinned: false }) },
    'the builder "r.example/b:1" has no digest; name it as …@sha256:…, or build with a lock',
  ],
  [
    '[run-images]\nallow = ["r.example/platform/*"]',
    { runImage: imageFact(ref('busybox')) },
    'the run image "busybox:latest" is not allowed; allowed: r.example/platform/*',
  ],
  [
    '[run-images]\nmax-age = "30d"',
    { runImage: { ...imageFact(ref('r.example/run:1')), created: NOW - 31 * DAY } },
    'the run image "r.example/run:1" was made 31 days ago (2026-10-22); allowed: 30 days',
  ],
  [
    '[run-images]\nmax-age = "30d"',
    { runImage: { ...imageFact(ref('r.example/run:1')), created: null } },
    'when the run image "r.example/run:1" was made is not known; its label io.buildpacks.base.released can tell',
  ],
  [
    '[buildpacks]\nallow = ["example/*@>=2"]',
    { buildpacks: [{ id: 'example/java', version: '1.9.0' }] },
    'the buildpack "example/java@1.9.0" is not allowed; allowed: example/*@>=2',
  ],
  [
    '[buildpacks]\ndeny = ["*/php"]',
    { buildpacks: [{ id: 'example/php', version: '1.0.0' }] },
    'the buildpack "example/php@1.0.0" is denied by "*/php"',
  ],
  [
    '[buildpacks]\nfrom = ["builder", "image"]',
    { requestedBuildpacks: [{ from: 'inline', shown: 'my/script' }] },
    'the buildpack "my/script" comes from inline; allowed: builder, image',
  ],
  [
    '[buildpacks]\nimages = ["r.example/**"]',
    { requestedBuildpacks: [{ from: 'image', shown: 'x', image: imageFact(ref('x.example/bp:1')) }] },
    'the buildpack image "x.example/bp:1" is not allowed; allowed: r.example/**',
  ],
  [
    '[buildpacks]\npinned = true',
    {
      requestedBuildpacks: [{ from: 'image', shown: 'x', image: imageFact(ref('x.example/bp:1'), { pinned: false }) }],
    },
    'the buildpack image "x.example/bp:1" has no digest; name it as …@sha256:…, or build with a lock',
  ],
  [
    '[registries]\nallow = ["r.example"]',
    { requestedBuildpacks: [{ from: 'url', shown: 'https://x.example/bp.tgz', host: 'x.example' }] },
    '"https://x.example/bp.tgz" is on x.example, which is not allowed; allowed: r.example',
  ],
  [
    '[registries]\nallow = ["r.example"]',
    { targets: [imageFact(ref('team/app'))] },
    '"team/app:latest" is on docker.io, which is not allowed; allowed: r.example',
  ],
  [
    '[targets]\nallow = ["r.example/apps/**"]',
    { targets: [imageFact(ref('r.example/platform/builder:1'))] },
    'the target "r.example/platform/builder:1" is not allowed; allowed: r.example/apps/**',
  ],
  [
    '[targets]\ndeny = ["**:latest"]',
    { targets: [imageFact(ref('r.example/apps/shop'))] },
    'the target "r.example/apps/shop:latest" is denied by "**:latest"',
  ],
  [
    '[environment]\nallow = ["BP_*"]',
    { environment: ['BP_A', 'NODE_ENV'] },
    'the variable "NODE_ENV" is not allowed; allowed: BP_*',
  ],
  [
    '[environment]\ndeny = ["*_TOKEN"]',
    { environment: ['NPM_TOKEN'] },
    'the variable "NPM_TOKEN" is denied by "*_TOKEN"',
  ],
  ['[labels]\nrequire = ["team"]', { labels: {} }, 'the image has no label "team"; required: team'],
  ['[labels]\nrequire = ["team"]', { labels: { team: '' } }, 'the image has no label "team"; required: team'],
  [
    '[labels]\nrequire = ["team=s*"]',
    { labels: { team: 'x/s' } },
    'the label "team" of the image is "x/s"; required: team=s*',
  ],
  [
    '[build]\nhermetic = true',
    { hermetic: false },
    'the build is not hermetic; set the input network to none, and volumes to nothing',
  ],
  ['[labels]\nrequire = ["team"]', { labels: { team: ' ' } }, 'the image has no label "team"; required: team'],
  [
    '[run-images]\nmax-age = "30d"',
    { runImage: { ...imageFact(ref('r.example/run:1')), created: Date.UTC(2099, 0) } },
    'the run image "r.example/run:1" says that it was made on 2099-01-01, in the future',
  ],
  [
    '[builders]\nallow = ["**/builder:1"]',
    { builder: imageFact(ref(`r.example/builder:1@${DIGEST}`), { digests: [DIGEST] }) },
    `the builder "r.example/builder@${DIGEST}" is not allowed; allowed: **/builder:1`,
  ],
  [
    '[builders]\ndeny = ["**/builder:0.*"]',
    { builder: imageFact(ref(`r.example/builder:1@${DIGEST}`), { digests: [DIGEST] }) },
    `the builder "r.example/builder@${DIGEST}" is denied by "**/builder:0.*", as far as can be told: it is not named by tag alone`,
  ],
  [
    '[builders]\ndeny = ["r.example/bad"]',
    { builder: imageFact(ref('r.example:443/bad:1')) },
    'the builder "r.example:443/bad:1" is denied by "r.example/bad"',
  ],
  [
    '[buildpacks]\ndeny = ["*/procfile@<5.6"]',
    { buildpacks: [{ id: 'x/procfile', version: '5.5.0.1' }] },
    'the buildpack "x/procfile@5.5.0.1" is denied by "*/procfile@<5.6"',
  ],
  ['[build]\nlocked = true', { locked: false }, 'the build uses no lock; set the input locked to true'],
  ['[build]\nno-volumes = true', { volumes: ['/x:/y'] }, 'the volume "/x:/y" is not allowed, as no volume is'],
  ['[build]\nnetworks = ["none"]', { network: 'host' }, 'the network "host" is not allowed; allowed: none'],
  ['[build]\nsbom = true', { sbom: false }, 'the image has no bill of materials of a buildpack'],
];

describe.each(CASES)('%s', (rule, bad, message) => {
  test('allows what keeps it', () => {
    expect(judge(rule, GOOD)).toEqual({ violations: [], unjudged: [] });
  });

  test('refuses what breaks it', () => {
    expect(judge(rule, { ...GOOD, ...bad }).violations.map((each) => each.message)).toEqual([message]);
  });

  test('is not judged by what is not known', () => {
    const [, topic = '', key = ''] = /^\[([a-z-]+)\]\n([a-z-]+)/.exec(rule) ?? [];
    expect(judge(rule, { now: NOW })).toEqual({ violations: [], unjudged: [`${topic}.${key}`] });
  });
});

test('a list that is empty allows nothing', () => {
  expect(judge('[targets]\nallow = []', GOOD).violations.map(({ message }) => message)).toEqual([
    'the target "r.example/apps/shop:1" is not allowed; allowed: none',
  ]);
});

test('an image whose digest is not known yet is not refused for it', () => {
  const facts = { ...GOOD, builder: imageFact(ref('r.example/platform/builder:1')) };
  expect(judge(`[builders]\nallow = ["r.example/platform/builder@${DIGEST}"]`, facts).violations).toEqual([]);
});

test('a name that every object inherits is no label', () => {
  expect(judge('[labels]\nrequire = ["toString"]', GOOD).violations).toHaveLength(1);
});

test('all violations of all policies are told together, each with its place and message', () => {
  const ours = parsePolicy(
    'version = 1\nhelp = "#platform"\n[build]\nlocked = true\nmessage = "Locks prove what was used."\n',
    'a.toml',
  );
  const theirs = parsePolicy('version = 1\n[builders]\nallow = []\n', 'oci://r.example/policy');
  const check = () => {
    requireAllowed('the build', [ours, theirs], { ...GOOD, locked: false });
  };
  expect(check).toThrow(
    expect.objectContaining({
      code: 'policy',
      hint: '#platform',
      message: [
        'the build breaks 2 rules of its policy',
        '- a.toml:4:1: build.locked: the build uses no lock; set the input locked to true',
        '  Locks prove what was used.',
        '- oci://r.example/policy:3:1: builders.allow: the builder "r.example/platform/builder:1" is not allowed; allowed: none',
      ].join('\n'),
    }),
  );
});
