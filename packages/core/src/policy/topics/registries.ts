import { globTest, type TextTest } from '../../glob/glob.ts';
import type { ImageFact, PolicyFacts } from '../facts.ts';
import { policyHost } from '../image-name.ts';
import type { Topic, TopicKey } from '../topic.ts';
import { listed, readPatterns } from './lists.ts';

interface Named {
  readonly host: string;
  readonly shown: string;
}

function parseHost(text: string): TextTest | string {
  if (!/^[A-Za-z0-9.*:[\]-]+$/.test(text)) return `"${text}" is no host`;
  return globTest(policyHost(text), 'part');
}

const ALLOW: TopicKey = {
  name: 'allow',
  type: 'texts',
  description:
    'The hosts that everything comes from and goes to: builder, run image, images and archives of buildpacks, and the image itself. `host[:port]`, `*.host`; Docker Hub is `docker.io`. By the names that users have, wherever mirrors lead.',
  example: '["registry.example", "docker.io"]',
  read(table, key) {
    const allowed = readPatterns(table, key, parseHost);
    if (allowed === undefined) return undefined;
    return (facts) =>
      named(facts)
        ?.filter(({ host }) => !allowed.some(({ pattern }) => pattern(host)))
        .map(({ host, shown }) => `"${shown}" is on ${host}, which is not allowed; allowed: ${listed(allowed)}`);
  },
};

function named({ builder, runImage, requestedBuildpacks, targets }: PolicyFacts): readonly Named[] | undefined {
  const buildpacks = requestedBuildpacks?.flatMap(({ image }) => image ?? []);
  const known = [builder && [builder], runImage && [runImage], buildpacks, targets].filter(
    (each) => each !== undefined,
  );
  if (known.length === 0) return undefined;
  const places = known.flat().flatMap(hostOf);
  const urls = (requestedBuildpacks ?? []).flatMap(({ host, shown }) => (host === undefined ? [] : [{ host, shown }]));
  return [...places, ...urls];
}

/** What is on this machine is on no registry. */
function hostOf({ name, shown }: ImageFact): readonly Named[] {
  return /^(?:docker:\/\/|oci:)/.test(name) ? [] : [{ host: name.slice(0, name.indexOf('/')), shown }];
}

export const REGISTRIES: Topic = { name: 'registries', description: 'Registries and other hosts.', keys: [ALLOW] };
