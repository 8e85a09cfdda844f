import { readFile } from 'node:fs/promises';
import { runProgram } from './program.js';

/** Both steps fetch from a mirror; a slow one needs minutes for podman's 100 MB. */
const APT_MILLISECONDS = 10 * 60_000;

/** True where set-up may install packages by itself: Debian and its family, as root. */
export async function canInstallPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** Installs packages without their recommendations and without questions; returns the complaint, or undefined. */
export async function installPackages(packages: readonly string[]): Promise<string | undefined> {
  const options = { timeoutMs: APT_MILLISECONDS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const updated = await runProgram('apt-get', ['update'], options);
  if (!updated.ok) return updated.complaint;
  const installed = await runProgram('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  return installed.ok ? undefined : installed.complaint;
}
