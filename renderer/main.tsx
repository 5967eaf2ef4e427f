import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import { keepFresh } from './client/live.ts';
import { connectPage } from './client/orpc.ts';
import { createQueryClient } from './client/query-client.ts';
import { pageTransport } from './client/transports.ts';
import { App } from './shell/app.tsx';
import { applyAppearance } from './shell/appearance.store.ts';
import './styles/base.css';

applyAppearance();
connectPage(pageTransport());
const queries = createQueryClient();
keepFresh(queries, new AbortController().signal);
const root = document.getElementById('root');
if (root) createRoot(root).render(<App queries={queries} />);
