import { app } from 'electron';
import { registerScheme } from './protocol.ts';
import { limitWebContents } from './security.ts';
import { Shell } from './shell.ts';
import { becomeOnlyInstance } from './single-instance.ts';

app.enableSandbox();
// Chromium's own errands (updates of components, of lists, of models): Lathe works offline and sends nothing.
app.commandLine.appendSwitch('disable-background-networking');
app.commandLine.appendSwitch('disable-component-update');
registerScheme();
limitWebContents();

let shell: Shell | undefined;
if (becomeOnlyInstance(() => shell?.raise())) {
  // Not awaited: an ES module that waits for `ready` at its top level keeps `ready` from ever coming.
  app.whenReady().then(
    () => {
      shell = new Shell();
    },
    (error: unknown) => {
      console.error(error);
      app.exit(1);
    },
  );
} else {
  app.quit();
}
