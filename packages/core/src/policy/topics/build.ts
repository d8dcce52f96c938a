import type { PolicyFacts } from '../facts.ts';
import type { Topic, TopicKey } from '../topic.ts';

/** A rule that is only switched on. */
function flag(
  name: string,
  description: string,
  judge: (facts: PolicyFacts) => readonly string[] | undefined,
): TopicKey {
  return {
    name,
    type: 'flag',
    description: `\`true\`: ${description}`,
    example: 'true',
    read: (table, key) => (table.flag(key) ? judge : undefined),
  };
}

/** One message where a fact is known and is not as it should be. */
function unless(fact: boolean | undefined, message: string): readonly string[] | undefined {
  if (fact === undefined) return undefined;
  return fact ? [] : [message];
}

const HERMETIC = flag(
  'hermetic',
  'the build runs without a network and without volumes (`network: none`). Where the stages run in containers that the build does not start, nobody can vouch for that, and it is refused.',
  ({ hermetic }) =>
    unless(hermetic, 'the build is not hermetic; set the input network to none, and volumes to nothing'),
);

const LOCKED = flag('locked', 'the build takes its images from a lock (input `locked`).', ({ locked }) =>
  unless(locked, 'the build uses no lock; set the input locked to true'),
);

const NO_VOLUMES = flag('no-volumes', 'nothing of the machine is mounted into the build.', ({ volumes }) =>
  volumes?.map((volume) => `the volume "${volume}" is not allowed, as no volume is`),
);

const NETWORKS: TopicKey = {
  name: 'networks',
  type: 'texts',
  description: 'The values that the input `network` may have.',
  example: '["default", "none"]',
  read(table, key) {
    const allowed = table.texts(key);
    if (allowed === undefined) return undefined;
    return ({ network }) =>
      network === undefined || allowed.includes(network)
        ? network === undefined
          ? undefined
          : []
        : [`the network "${network}" is not allowed; allowed: ${allowed.join(', ') || 'none'}`];
  },
};

const SBOM = flag(
  'sbom',
  'the image has a bill of materials of what a buildpack has put into it; the lifecycle’s own, of its launcher, does not count.',
  ({ sbom }) => unless(sbom, 'the image has no bill of materials of a buildpack'),
);

export const BUILD: Topic = {
  name: 'build',
  description: 'How the build runs.',
  keys: [HERMETIC, LOCKED, NO_VOLUMES, NETWORKS, SBOM],
};
