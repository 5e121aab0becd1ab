import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('app');
if (root) {
  // What stands there is for readers without scripts.
  root.replaceChildren();
  render(<App />, root);
}
