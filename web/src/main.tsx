// The entry of the console: styles, then the application.
import './app/mantine-styles.ts';
import './app/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { adoptNonce } from './app/style-nonce.ts';

adoptNonce();

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element with the id "root"');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
