import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';

/** A page that is open in headless Chromium. */
export interface BrowserPage {
  /** Runs an expression in the page, in a world of its own that the page's policy does not bind, and gives its value. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses and lets go of a key, as at a keyboard: `Tab`, `Enter`, `a`. */
  press(key: string): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  /** What the page asked for, but itself, and what its policy refused. */
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

/** Where Chromium is, under one of Debian's names; undefined when it is not there. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
}

/** A message of the Chrome DevTools Protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Scheme = 'light' | 'dark';

/** Opens a file in a browser of its own, does the work with it and closes it. */
export async function withPage<T>(
  file: string,
  work: (page: BrowserPage) => Promise<T>,
  { scheme = 'light' }: { readonly scheme?: Scheme } = {},
): Promise<T> {
  const profile = await mkdtemp(path.join(tmpdir(), 'browser-'));
  const browser = start(profile);
  try {
    const pipe = new ProtocolPipe(browser);
    return await work(await openPage(pipe, file, scheme));
  } finally {
    const ended = new Promise((resolve) => browser.once('exit', resolve));
    browser.kill('SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Talks over descriptors 3 and 4: no port is opened. */
function start(profile: string): ChildProcess {
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const args = [...options, '--remote-debugging-pipe', `--user-data-dir=${profile}`, '--window-size=1200,800'];
  return spawn(findChromium() ?? 'chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
}

async function openPage(pipe: ProtocolPipe, file: string, scheme: Scheme): Promise<BrowserPage> {
  const { targetId } = await pipe.call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await pipe.call('Target.attachToTarget', { targetId, flatten: true });
  const call = (method: string, params: object = {}) => pipe.call(method, params, String(sessionId));
  const requests: string[] = [];
  const errors: string[] = [];
  const url = `file://${file}`;
  pipe.on('Network.requestWillBeSent', ({ request }) => {
    const { url: asked } = request as { readonly url: string };
    if (asked !== url) requests.push(asked);
  });
  pipe.on('Log.entryAdded', ({ entry }) => errors.push((entry as { readonly text: string }).text));
  pipe.on('Runtime.exceptionThrown', ({ exceptionDetails }) => errors.push(JSON.stringify(exceptionDetails)));
  for (const domain of ['Network', 'Page', 'Log', 'Runtime']) await call(`${domain}.enable`);
  await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  const loaded = new Promise<void>((resolve) => {
    pipe.on('Page.loadEventFired', () => {
      resolve();
    });
  });
  await call('Page.navigate', { url });
  await loaded;
  return {
    requests,
    errors,
    async evaluate(expression) {
      const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { readonly value?: unknown }).value;
    },
    async press(key) {
      const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
      const code = { Tab: 9, Enter: 13 }[key] ?? 0;
      const common = { key, code: key, windowsVirtualKeyCode: code };
      await call('Input.dispatchKeyEvent', { type: 'keyDown', ...common, ...(text !== undefined && { text }) });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
    },
    async screenshot() {
      const { data } = await call('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
  };
}

/** Messages in JSON, each ended by NUL. */
class ProtocolPipe {
  readonly #out: Duplex;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners: { readonly method: string; readonly listen: (params: Record<string, unknown>) => void }[] = [];
  #last = 0;
  #rest = '';

  constructor({ stdio }: ChildProcess) {
    this.#out = stdio[3] as Duplex;
    const incoming = stdio[4] as Duplex;
    incoming.setEncoding('utf8').on('data', (text: string) => {
      const parts = (this.#rest + text).split('\0');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Message);
    });
  }

  on(method: string, listen: (params: Record<string, unknown>) => void): void {
    this.#listeners.push({ method, listen });
  }

  call(method: string, params: object, sessionId?: string): Promise<Readonly<Record<string, unknown>>> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#out.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
    });
  }

  #take(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    for (const { method, listen } of this.#listeners) if (method === message.method) listen({ ...message.params });
  }
}
