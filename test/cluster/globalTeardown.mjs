// Stops what globalSetup.mjs started; a given cluster stays as it is.
export default async function globalTeardown() {
  await globalThis.fulfilTestCluster?.stop();
}
