import { Failure } from '../../src/domain/failure.js';

/** The two ways in which variables reach the engine without standing on its command line. */
export interface PassedEnvironment {
  /** Text for `--env-file`; a line without `=` takes its value from the engine's own environment. */
  readonly file: string;
  /** What the engine's own environment must hold for those lines. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Linux takes no single string of an environment or a command line above 128 KiB. */
const LONGEST_VARIABLE_BYTES = 128 * 1024 - 1;
/** The engines read env files line by line with a buffer of 64 KiB. */
const LONGEST_LINE_CHARACTERS = 32 * 1024;
/** Variables that change what the engine itself does: those it must never take over from a stage. */
const READ_BY_ENGINE =
  /^(PATH|HOME|TMPDIR|SHELL|USER|LANG|LC_.*|LD_.*|DYLD_.*|XDG_.*|DOCKER_.*|BUILDKIT_.*|BUILDX_.*|CONTAINER.*|PODMAN_.*|STORAGE_.*|REGISTRY_AUTH_FILE|REGISTRIES_.*|REGISTRIES|SSL_CERT_.*|SSH_.*|GO[A-Z]+|_CONTAINERS_.*|NOTIFY_SOCKET|LISTEN_.*|DBUS_.*|.*_PROXY|.*_proxy)$/;

/** Splits variables into those an env file carries as they are and those whose value it would bend. */
export function passEnvironment(env: Readonly<Record<string, string>>): PassedEnvironment {
  const lines: string[] = [];
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    refuseImpossible(name, value);
    if (isPlain(value) || (READ_BY_ENGINE.test(name) && isOneLine(value))) {
      lines.push(`${name}=${value}`);
      continue;
    }
    if (READ_BY_ENGINE.test(name)) {
      throw new Failure('StageRefused', `the variable ${name} may hold one line only, its value has several`, false);
    }
    lines.push(name);
    inherited[name] = value;
  }
  return { file: lines.map((line) => `${line}\n`).join(''), inherited };
}

function refuseImpossible(name: string, value: string): void {
  if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)) {
    throw new Failure('StageRefused', `"${name}" cannot be the name of an environment variable`, false);
  }
  if (value.includes('\0')) {
    throw new Failure('StageRefused', `the variable ${name} holds a zero byte, which no environment can`, false);
  }
  if (Buffer.byteLength(`${name}=${value}`) > LONGEST_VARIABLE_BYTES) {
    throw new Failure('StageRefused', `the variable ${name} is longer than 128 KiB; mount it as a file`, false);
  }
}

/** Some releases of the engines strip quotes, comments or spaces in env files, so those values go the other way. */
function isPlain(value: string): boolean {
  return isOneLine(value) && !/["'`\\#$]|^\s|\s$/.test(value);
}

function isOneLine(value: string): boolean {
  return value.length < LONGEST_LINE_CHARACTERS && !/[\r\n]/.test(value);
}
