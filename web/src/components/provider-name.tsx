// A provider by its name and its sign.
import { IconBrandGoogle, IconBrandWindows } from '@tabler/icons-react';
import type { Provider } from '../api/mailboxes.ts';
import classes from './provider-name.module.css';

export const providerNames = { google: 'Google', microsoft: 'Microsoft' } as const satisfies Record<
  Provider,
  string
>;
const icons = { google: IconBrandGoogle, microsoft: IconBrandWindows } as const;

export function ProviderName({ provider }: { provider: Provider }) {
  const Icon = icons[provider];
  return (
    <span className={classes.provider}>
      <Icon size={15} aria-hidden="true" />
      {providerNames[provider]}
    </span>
  );
}
