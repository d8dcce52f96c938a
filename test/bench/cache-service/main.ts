import { startCacheService } from '../cache-service.ts';

// A process of its own: `node test/bench/cache-service/main.ts [PORT]` prints one line of JSON and runs until its input ends.
const [, , port = '0'] = process.argv;
const service = await startCacheService({ port: Number(port) });
const token = service.token();
process.stdout.write(`${JSON.stringify({ url: service.url, token })}\n`);
process.stdin.resume().on('end', () => void service.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
