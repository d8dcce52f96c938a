import { createServer } from 'node:http';
import ms from 'ms';

const MESSAGE = 'Hello from Cloud Native Buildpacks';

const server = createServer((_request, response) => {
  const uptime = ms(Math.round(process.uptime() * 1000), { long: true });
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${MESSAGE}, on Node.js ${process.version}, up for ${uptime}\n`);
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`listening on port ${server.address().port}`);
});

process.once('SIGTERM', () => server.close());
