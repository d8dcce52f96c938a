import { spawn } from 'node:child_process';
import { containersOf } from './traces.ts';
import type { Answer, Intercept } from '../../bench/registry-gate.ts';

/** Something of a build that can be waited for. */
export interface Moment {
  readonly reached: Promise<void>;
  /** To be called when the test is over: what waits goes on. */
  release(): void;
}

/** The requests of one registry, one of which can be held up. */
export interface Hold {
  readonly intercept: Intercept;
  /** Holds up the first request that fits, and all that fit, until `release`. */
  next(method: string, fits: (path: string, userAgent: string) => boolean): Moment;
}

export function requestHold(): Hold {
  let stop: ((request: Parameters<Intercept>[0]) => Promise<Answer> | undefined) | undefined;
  return {
    intercept: (request) => stop?.(request),
    next: (method, fits) => {
      const arrival = Promise.withResolvers<undefined>();
      const end = Promise.withResolvers<undefined>();
      stop = (request) => {
        if (request.method !== method || !fits(request.path, request.headers['user-agent'] ?? '')) return undefined;
        arrival.resolve(undefined);
        return end.promise.then(() => ({ status: 503 }));
      };
      return {
        reached: arrival.promise,
        release: () => {
          stop = undefined;
          end.resolve(undefined);
        },
      };
    },
  };
}

/** The next time that Docker does this with a container of ours whose build knows this registry. */
export function containerEvent(event: 'create' | 'start', registry: string): Moment {
  const filters = ['type=container', 'label=buildpacks-ci', `event=${event}`];
  const watcher = spawn('docker', ['events', ...filters.flatMap((filter) => ['--filter', filter])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return {
    reached: new Promise((resolve) => {
      watcher.stdout.on('data', () => {
        void containersOf(registry).then((containers) => {
          if (containers.length > 0) resolve();
        });
      });
    }),
    release: () => void watcher.kill(),
  };
}
