import { readFile, rm, writeFile } from 'node:fs/promises';
import { dump, load } from 'js-yaml';
import type { TcpProxy } from '../servers/tcpProxy.js';
import { startTcpProxy } from '../servers/tcpProxy.js';

/** A way to an API server that a test can take away while it keeps its own. */
export interface ApiProxy extends TcpProxy {
  /** Leads here. */
  readonly kubeconfig: string;
}

interface Kubeconfig {
  readonly clusters: { cluster: { server: string } }[];
}

/** For an API server that listens on loopback ({@link startApiServer}): its certificate is good for our address too. */
export async function startApiProxy(kubeconfig: string): Promise<ApiProxy> {
  const config = load(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [entry] = config.clusters;
  if (entry === undefined) throw new Error(`${kubeconfig} names no cluster`);
  const { hostname, port } = new URL(entry.cluster.server);
  const proxy = await startTcpProxy(hostname, Number(port));
  entry.cluster.server = `https://127.0.0.1:${proxy.port}`;
  const proxied = `${kubeconfig}-proxy-${proxy.port}`;
  await writeFile(proxied, dump(config), { mode: 0o600 });
  return {
    ...proxy,
    kubeconfig: proxied,
    async stop() {
      await proxy.stop();
      await rm(proxied, { force: true });
    },
  };
}
