// Runs before the page is drawn, so that it never flashes in the other scheme.
import { chosenTheme, showTheme } from './theme-choice.ts';

showTheme(chosenTheme());
