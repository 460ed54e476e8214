import { Construct } from 'constructs';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Serves the console's files, which lie beside its bundle. It may do nothing else. */
export class Console extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { settings }: Pick<Wiring, 'settings'>) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'console',
      description: 'Doctor: the files of the console',
      errorImpact: 'the console does not load; the API and the command line are not affected',
      environment: variablesOf(settings, 'publicUrl'),
    });
  }
}
