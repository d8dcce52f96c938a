import { describe, expect, it } from 'vitest';
import { admitPlan, admitRequest } from '../../src/build/named-places.ts';
import { parseReference } from '../../src/reference/index.ts';
import { parse } from '../inputs/support.ts';
import { openNetwork } from '../support/network.ts';

const PLACES = ['image.corp', 'tag.corp', 'cache.corp', 'builder.corp', 'previous.corp'];
const closed = () => openNetwork({ offline: 'true' });

describe('the places that may be reached offline', () => {
  it('are those of the image, of its tags and of the cache', () => {
    const request = parse({
      image: 'image.corp:5000/app',
      tags: '1\ntag.corp/app:1',
      builder: 'builder.corp/builder',
      'previous-image': 'previous.corp/app:1',
      'cache-store': 'registry:cache.corp/app\ndir:cache',
    });
    const network = closed();
    admitRequest(request, network);
    expect(PLACES.filter(network.reach.allows)).toEqual(['image.corp', 'tag.corp', 'cache.corp']);
  });

  it('are also the server behind the name of Docker Hub', () => {
    const network = closed();
    admitRequest(parse({ image: 'docker.io/team/app' }), network);
    expect(network.reach.allows('registry-1.docker.io')).toBe(true);
  });

  it('are those of the plan, for the stages that follow', () => {
    const { repository } = parseReference('image.corp/app');
    const stores = [{ kind: 'registry', repository: parseReference('cache.corp/app').repository }] as const;
    const destinations = [
      { kind: 'registry', repository, tags: ['1'] },
      { kind: 'oci', path: '/out' },
    ] as const;
    const network = closed();
    admitPlan({ destinations, cache: { stores } }, network);
    expect(PLACES.filter(network.reach.allows)).toEqual(['image.corp', 'cache.corp']);
  });
});
