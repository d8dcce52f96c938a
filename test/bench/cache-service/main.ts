import { startCacheService } from '../cache-service.ts';

// A process of its own: `node test/bench/cache-service/main.ts [PORT [PUBLIC-URL]]` prints a line of JSON, and runs until its input ends.
const [, , port = '0', publicUrl] = process.argv;
const service = await startCacheService({ port: Number(port), ...(publicUrl !== undefined && { publicUrl }) });
process.stdout.write(`${JSON.stringify({ url: service.url, token: service.token() })}\n`);
process.stdin.resume().once('end', () => void service.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
