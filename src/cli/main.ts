#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { reason } from '../domain/failure.js';
import type { ApplyOptions } from './apply.js';
import type { ControlOptions } from './control.js';
import type { DeleteOptions } from './delete.js';
import type { DevOptions } from './dev.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import type { GetOptions } from './get.js';
import type { LogsOptions } from './logs.js';

/** Each command's code is loaded when it is called: the worker's libraries take a second that `get` should not. */
const program = new Command('fulfil')
  .description('Platform promises, kept durably.')
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.refused));

const namespace = () => new Option('-n, --namespace <name>', 'namespace of a resource').default('default');

program
  .command('dev')
  .description("Temporal's development server, its Web UI and a worker, in one terminal")
  .option('--port <number>', "Temporal's port", wholeNumber, 7233)
  .option('--ui-port <number>', "the Web UI's port", wholeNumber, 8233)
  .action((options: DevOptions) => conclude(import('./dev.js').then(({ dev }) => dev(options))));

program
  .command('worker')
  .description('a worker for the Temporal that TEMPORAL_ADDRESS names')
  .action(() => conclude(import('./dev.js').then(({ worker }) => worker())));

program
  .command('controller')
  .description('follows the Kubernetes cluster of KUBECONFIG, or the one it runs in')
  .action(() => conclude(import('./controller.js').then(({ controller }) => controller())));

program
  .command('setup')
  .description('get what a worker needs onto this machine: Temporal, a container engine, a base image')
  .action(() => conclude(import('./setup.js').then(({ setup }) => setup())));

program
  .command('apply')
  .description('install, register and request what documents say')
  .requiredOption('-f, --filename <path...>', 'a file, a directory, or - for standard input')
  .option('--no-wait', 'return when the platform has taken the documents')
  .option('--until-ready', 'wait also for what waits for something outside, such as a Destination', false)
  .action((options: ApplyOptions) => conclude(import('./apply.js').then(({ apply }) => apply(options))));

program
  .command('get')
  .description('list objects: promises, destinations, statestores, or the kind of a Promise')
  .argument('[kind]')
  .argument('[name]')
  .addOption(namespace())
  .option('-A, --all-namespaces', 'resources of every namespace', false)
  .addOption(new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table'))
  .action((kind: string | undefined, name: string | undefined, options: GetOptions) =>
    conclude(import('./get.js').then(({ get }) => get(kind, name, options))),
  );

program
  .command('describe')
  .description('everything about one object: state, where its documents are and why, its runs')
  .argument('<kind>')
  .argument('<name>')
  .addOption(namespace())
  .action((kind: string, name: string, options: { namespace: string }) =>
    conclude(import('./describe.js').then(({ describe }) => describe(kind, name, options))),
  );

program
  .command('logs')
  .description("what a run's stages printed")
  .argument('<kind>')
  .argument('<name>')
  .addOption(namespace())
  .option('--run <number>', 'number of the run; the newest by default', wholeNumber)
  .option('--stage <name>', 'only this stage')
  .action((kind: string, name: string, options: LogsOptions) =>
    conclude(import('./logs.js').then(({ logs }) => logs(kind, name, options))),
  );

function controlCommand(name: 'pause' | 'unpause' | 'resume' | 'reconcile', description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<kind>')
    .argument('<name>')
    .addOption(namespace())
    .action((kind: string, object: string, { resources, ...options }: ControlOptions & { resources?: boolean }) => {
      const signal = resources === true ? 'reconcileResources' : name;
      return conclude(import('./control.js').then(({ control }) => control(signal, kind, object, options)));
    });
}

controlCommand('pause', 'run nothing for an object, and for the requests of a Promise, until it is unpaused');
controlCommand('unpause', 'let a paused object go on: it is run from the start');
controlCommand('resume', 'let a pipeline that suspended its workflow go on');
controlCommand('reconcile', 'run the pipelines of an object from the start; what runs is stopped').option(
  '--resources',
  'of a Promise: run the pipelines of all its requests',
);

program
  .command('repair')
  .description('compare state stores with what was written to them, and write again what differs')
  .argument('[kind]', 'gitstatestore, bucketstatestore or directorystatestore; every store when left out')
  .argument('[name]')
  .action((kind: string | undefined, name: string | undefined) =>
    conclude(import('./repair.js').then(({ repair }) => repair(kind, name))),
  );

program
  .command('delete')
  .description('delete an object and everything that it caused')
  .argument('[kind]')
  .argument('[name]')
  .addOption(namespace())
  .option('-f, --filename <path...>', 'delete what these documents name', [])
  .option('--no-wait', 'return when the platform has taken the deletion')
  .action((kind: string | undefined, name: string | undefined, options: DeleteOptions) =>
    conclude(import('./delete.js').then(({ remove }) => remove(kind, name, options))),
  );

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number above 0');
  return number;
}

async function conclude(command: Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await command;
  } catch (error) {
    process.stderr.write(`${reason(error)}\n`);
    process.exitCode = error instanceof CommandFailure ? error.code : exitCodes.failed;
  }
}

await program.parseAsync();
