import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { connect } from './client/connect.ts';
import { App } from './shell/app.tsx';
import { applyAppearance } from './shell/appearance.store.ts';

applyAppearance();
connect();
createRoot(document.getElementById('root')!).render(<App />);
