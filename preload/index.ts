import { ipcRenderer } from 'electron';

/**
 * The only way into the page: the port to the core, passed on as it comes. A MessagePort does not cross
 * contextBridge, so it is posted to the page itself, which checks that the message came from its own window.
 */
ipcRenderer.on('lathe:port', ({ ports }) => {
  window.postMessage('lathe:port', window.location.origin, ports);
});
