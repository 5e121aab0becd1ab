// Starts AWS (by moto) and both registries on this machine, for `sam local invoke` with events/env.json.
// Usage: node scripts/local-stand-ins.ts. Ctrl-C ends it. Needs Python 3.10 or later (scripts/sam-venv.sh).
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { startContainerRelay } from './stand-ins/container-relay.ts';
import { startMoto } from './stand-ins/moto.ts';
import { LOCAL_PORTS, SAMPLE_CONFIG } from './stand-ins/sample.ts';
import { publishStapler, startStandIns } from './stand-ins/world.ts';

const venv = execFileSync(path.join(import.meta.dirname, 'sam-venv.sh'), { encoding: 'utf8' }).trim();
const standIns = await startStandIns({
  startMoto: (port) => startMoto(path.join(venv, 'bin', 'moto_server'), port),
  ports: LOCAL_PORTS,
});
await standIns.uploadConfig(SAMPLE_CONFIG);
await publishStapler(standIns);
const relay = await startContainerRelay();

console.log(`The stand-ins are running:
  AWS (S3, Secrets Manager, SNS)  ${standIns.environment['AWS_ENDPOINT_URL']}
  public registry                 ${standIns.publicUrl}
  private registry                ${standIns.privateUrl}
  messages of the topic           ${standIns.queueUrl}

In another terminal (events/README.md has a command for every event):
  sam build
  sam local invoke ReadConfigFunction --event events/read-config.json --env-vars events/env.json \\
    --region eu-central-1 --add-host host.docker.internal:host-gateway

Ctrl-C ends them.`);

await new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await standIns.close();
await relay.close();
