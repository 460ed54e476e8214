/** The theme, light or dark: that of the system, until the user chooses one for this page. */
import { signal } from '@preact/signals';

const dark = matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<'light' | 'dark'>(dark.matches ? 'dark' : 'light');
let chosen = false;

const show = (next: 'light' | 'dark') => {
  theme.value = next;
  document.documentElement.dataset.theme = next;
};

show(theme.value);
dark.addEventListener('change', ({ matches }) => {
  if (!chosen) show(matches ? 'dark' : 'light');
});

export function toggleTheme(): void {
  chosen = true;
  show(theme.value === 'dark' ? 'light' : 'dark');
}
