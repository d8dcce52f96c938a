import { describeCacheStore } from '../../../core/test/cache/support/store-contract.ts';
import { githubSubject } from './subject.ts';

describeCacheStore('GitHub’s cache', githubSubject, { lists: false });
